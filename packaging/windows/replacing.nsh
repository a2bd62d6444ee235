; One version in the place of another. Whatever fails, and wherever the setup is killed, one of the two
; stays whole: the next setup puts it back.

!include "${OTHERS}" ; what lies beside the programs, by make_setup.py

; Where the programs of the version from before are while the new ones are copied.
!define BEFORE "$INSTDIR\_before"
; Once this file is there, the new version is whole and the other one no longer needed.
!define REPLACED "$INSTDIR\_replaced"

Var Copying

!macro PUT_ASIDE NAME
  ${If} ${FileExists} "$INSTDIR\${NAME}"
    CreateDirectory "${BEFORE}"
    Rename "$INSTDIR\${NAME}" "${BEFORE}\${NAME}"
  ${EndIf}
!macroend

!macro PUT_BACK NAME
  ${If} ${FileExists} "${BEFORE}\${NAME}"
    !insertmacro REMOVE "${NAME}"
    Rename "${BEFORE}\${NAME}" "$INSTDIR\${NAME}"
  ${EndIf}
!macroend

!macro REMOVE NAME
  RMDir /r "$INSTDIR\${NAME}"
  Delete "$INSTDIR\${NAME}"
!macroend

!macro FORGET NAME
  RMDir /r "${BEFORE}\${NAME}"
  Delete "${BEFORE}\${NAME}"
!macroend

!macro WITH_PROGRAMS WHAT_TO_DO
  !insertmacro ${WHAT_TO_DO} "_internal"
  !insertmacro ${WHAT_TO_DO} "${EXE}"
  !insertmacro ${WHAT_TO_DO} "${CONSOLE}"
  !insertmacro WITH_OTHERS ${WHAT_TO_DO}
!macroend

!macro FORGET_BEFORE un
Function ${un}ForgetBefore
  !insertmacro WITH_PROGRAMS FORGET
  RMDir "${BEFORE}"
  ; Only when all are gone, or the next setup would take a rest of them for the whole.
  ${IfNot} ${FileExists} "${BEFORE}\*.*"
    Delete "${REPLACED}"
  ${EndIf}
FunctionEnd
!macroend
!insertmacro FORGET_BEFORE ""
!insertmacro FORGET_BEFORE "un."

; What can be renamed is not in use, and can be put back if copying the new version fails.
Function PutAside
  again:
  Call MendKilledRun
  ${IfNot} ${FileExists} "${BEFORE}\*.*"
  ${AndIfNot} ${FileExists} "${REPLACED}"
    ClearErrors
    !insertmacro WITH_PROGRAMS PUT_ASIDE
    ${IfNot} ${Errors}
      Return
    ${EndIf}
    Call PutBack
  ${EndIf}
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(IN_USE)" /SD IDCANCEL IDRETRY again
  StrCpy $0 5
  Call Leave
FunctionEnd

; A setup may have been killed, or the computer switched off, before or after its copy was whole.
Function MendKilledRun
  ${If} ${FileExists} "${REPLACED}"
    Call ForgetBefore
  ${Else}
    Call PutBack
  ${EndIf}
FunctionEnd

; Virus scanners hold new files for a moment, in which they cannot be removed.
Function PutBack
  SetOutPath "$TEMP"
  StrCpy $5 0
  again:
  !insertmacro WITH_PROGRAMS PUT_BACK
  RMDir "${BEFORE}"
  ${If} ${FileExists} "${BEFORE}\*.*"
  ${AndIf} $5 < 10
    Sleep ${POLL_MS}
    IntOp $5 $5 + 1
    Goto again
  ${EndIf}
FunctionEnd

Function .onInstFailed
  ${If} $Copying == 0
    Return
  ${EndIf}
  SetOutPath "$TEMP"
  ${IfNot} ${FileExists} "${BEFORE}\*.*"
    Delete "$INSTDIR\Uninstall.exe" ; there was no version before
  ${EndIf}
  !insertmacro WITH_PROGRAMS REMOVE
  Call PutBack
  RMDir "$INSTDIR"
  ${If} $MayRestart == 1
  ${AndIf} ${FileExists} "$INSTDIR\${EXE}"
    Call StartApp
  ${EndIf}
FunctionEnd
