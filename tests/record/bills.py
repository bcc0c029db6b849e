"""Bills of materials as their makers write them, and one with the components that a test wants."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HEX = "0f" * 32

SYFT = {
    "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
    "version": 1,
    "metadata": {
        "timestamp": "2026-05-01T10:00:00+02:00",
        "tools": {"components": [{"type": "application", "author": "x", "name": "syft", "version": "1.2"}]},
        "component": {"bom-ref": "af63bd4c", "type": "file", "name": "."},
    },
    "components": [
        {
            "bom-ref": "pkg:pypi/requests@2.0?package-id=3bc1",
            "type": "library",
            "author": "Acme",
            "name": "Requests",
            "version": "2.0",
            "cpe": "cpe:2.3:a:x:requests:2.0:*:*:*:*:*:*:*",
            "purl": "pkg:pypi/requests@2.0",
            "licenses": [{"license": {"id": "Apache-2.0"}}],
            "properties": [{"name": "syft:package:foundBy", "value": "python-installed"}],
        }
    ],
}

CDXGEN = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.7",
    "metadata": {"tools": {"components": [{"name": "cdxgen", "version": "11.0.0"}]}},
    "components": [
        {
            "group": "",
            "name": "requests",
            "version": "2.0",
            "purl": "pkg:pypi/requests@2.0",
            "bom-ref": "pkg:pypi/requests@2.0",
            "type": "library",
            "publisher": "Acme",
            "licenses": [{"expression": "Apache-2.0 OR MIT"}],
            "evidence": {"identity": [{"field": "purl", "confidence": 0.8}]},
            "components": [{"type": "library", "name": "inner", "version": "1"}],
        }
    ],
}

OLD = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.3",
    "metadata": {"tools": [{"vendor": "CycloneDX", "name": "cyclonedx-bom", "version": "0.4.3"}]},
    "components": [
        {
            "type": "library",
            "name": "requests",
            "version": "2.0",
            "purl": "pkg:pypi/Requests@2.0",
            "supplier": {"name": "Acme"},
            "licenses": [{"license": {"name": "Apache Licence"}}],
        }
    ],
}

SPDX_JSON = {
    "spdxVersion": "SPDX-2.3",
    "dataLicense": "CC0-1.0",
    "SPDXID": "SPDXRef-DOCUMENT",
    "creationInfo": {"created": "2026-05-01T10:00:00Z", "creators": ["Organization: A", "Tool: syft-1.2"]},
    "packages": [
        {
            "name": "requests",
            "SPDXID": "SPDXRef-Package-python-requests-3bc1",
            "versionInfo": "2.0",
            "supplier": "Organization: Acme (help@acme.example)",
            "licenseConcluded": "NOASSERTION",
            "licenseDeclared": "Apache-2.0",
            "externalRefs": [
                {
                    "referenceCategory": "PACKAGE-MANAGER",
                    "referenceType": "purl",
                    "referenceLocator": "pkg:pypi/requests@2.0",
                }
            ],
        }
    ],
}

TAG_VALUE = """SPDXVersion: SPDX-2.2
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
Creator: Tool: github.com/spdx/tools-golang/builder
Created: 2026-05-01T10:00:00Z

##### Package: requests

PackageName: requests
SPDXID: SPDXRef-Package-requests
PackageVersion: 2.0
PackageSupplier: Person: Acme
PackageLicenseDeclared: Apache-2.0
PackageComment: <text>PackageVersion: 9.9
ends here</text>
ExternalRef: PACKAGE-MANAGER purl pkg:pypi/requests@2.0
"""

WINDOWS = "\ufeff" + TAG_VALUE.replace("\n", "\r\n")

SPDX_3 = {
    "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
    "@graph": [
        {"@id": "_:c", "type": "CreationInfo", "specVersion": "3.0.1", "created": "2026-05-01T10:00:00Z"},
        {"type": "Organization", "spdxId": "urn:acme", "name": "Acme", "creationInfo": "_:c"},
        {
            "type": "software_Package",
            "spdxId": "urn:requests",
            "name": "requests",
            "software_packageVersion": "2.0",
            "suppliedBy": "urn:acme",
            "externalIdentifier": [
                {"externalIdentifierType": "packageUrl", "identifier": "pkg:pypi/requests@2.0"}
            ],
        },
        {
            "type": "simplelicensing_LicenseExpression",
            "spdxId": "urn:licence",
            "simplelicensing_licenseExpression": "Apache-2.0",
        },
        {
            "type": "Relationship",
            "spdxId": "urn:r",
            "from": "urn:requests",
            "relationshipType": "hasDeclaredLicense",
            "to": ["urn:licence"],
        },
    ],
}


def bom(tmp_path: Path, *components: dict[str, Any], **more: Any) -> Path:
    path = tmp_path / "given.cdx.json"
    path.write_text(json.dumps({**SYFT, "components": list(components), **more}))
    return path


REQUESTS = SYFT["components"][0]  # type: ignore[index]
