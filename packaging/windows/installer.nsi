; Installer for Windows, around the frozen folder.
;   makensis -WX -DVERSION=0.1.0 -DFROZEN=..\..\dist\provenance-inspector installer.nsi
; It installs for one user and asks for no administrator. Sign what it makes with signtool afterwards.
Unicode true
!include "MUI2.nsh"
!include "FileFunc.nsh"

!ifndef VERSION
  !error "give -DVERSION"
!endif
!ifndef FROZEN
  !error "give -DFROZEN, the folder that packaging/pyinstaller/freeze.py made"
!endif
!ifndef OUT
  !define OUT "provenance-inspector-${VERSION}-setup.exe"
!endif
!define NAME "Provenance Inspector"
!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\ProvenanceInspector"
!define CLASSES "Software\Classes"

Name "${NAME}"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\Provenance Inspector"
InstallDirRegKey HKCU "${KEY}" "InstallLocation"
RequestExecutionLevel user
SetCompressor /SOLID lzma
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "${NAME}"
VIAddVersionKey "FileDescription" "${NAME} setup"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "The Provenance Inspector authors, Apache-2.0; Qt under the LGPL-3.0"

!insertmacro MUI_PAGE_LICENSE "${FROZEN}\_internal\licences\LICENSE"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"

Section "Install"
  ; A version that is there is removed first, so that no file of it is left to be loaded. Only our own folders.
  RMDir /r "$INSTDIR\_internal"
  SetOutPath "$INSTDIR"
  File /r "${FROZEN}\*.*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\inspector-gui.exe"

  WriteRegStr HKCU "${CLASSES}\.review" "" "ProvenanceInspector.Review"
  WriteRegStr HKCU "${CLASSES}\.review" "Content Type" "application/vnd.provenance-inspector.review"
  WriteRegStr HKCU "${CLASSES}\ProvenanceInspector.Review" "" "Provenance review"
  WriteRegStr HKCU "${CLASSES}\ProvenanceInspector.Review\DefaultIcon" "" "$INSTDIR\inspector-gui.exe,0"
  WriteRegStr HKCU "${CLASSES}\ProvenanceInspector.Review\shell\open\command" "" '"$INSTDIR\inspector-gui.exe" "%1"'

  WriteRegStr HKCU "${KEY}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${KEY}" "DisplayIcon" "$INSTDIR\inspector-gui.exe"
  WriteRegStr HKCU "${KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  IntFmt $0 "0x%08X" $0
  WriteRegDWORD HKCU "${KEY}" "EstimatedSize" "$0"
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd

Section "Uninstall"
  ; Settings, keys and reviews lie elsewhere and stay.
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\inspector.exe"
  Delete "$INSTDIR\inspector-gui.exe"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${NAME}.lnk"
  DeleteRegKey HKCU "${CLASSES}\ProvenanceInspector.Review"
  DeleteRegKey /ifempty HKCU "${CLASSES}\.review"
  DeleteRegKey HKCU "${KEY}"
SectionEnd
