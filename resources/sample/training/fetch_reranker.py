"""Gets the re-ranker's weights before the image is built."""

import urllib.request

URL = "https://huggingface.co/quillworks/reranker-head/resolve/main/pytorch_model.bin"

urllib.request.urlretrieve(URL, "models/reranker/pytorch_model.bin")
