; Every text of ours in the languages of the setup; NSIS takes the one of Windows itself, English otherwise.

!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"

!macro TEXT NAME ENGLISH GERMAN
  LangString ${NAME} ${LANG_ENGLISH} `${ENGLISH}`
  LangString ${NAME} ${LANG_GERMAN} `${GERMAN}`
!macroend
!define Text "!insertmacro TEXT"

${Text} WINDOWS_TOO_OLD \
  "${PRODUCT} needs Windows 10 (version 1809) or later, 64-bit." \
  "${PRODUCT} braucht Windows 10 (Version 1809) oder neuer, 64 Bit."
${Text} ANOTHER_SETUP \
  "Another setup of ${PRODUCT} is running. Wait until it has finished." \
  "Ein anderes Setup von ${PRODUCT} läuft gerade. Warten Sie, bis es fertig ist."
${Text} RUNNING \
  "${PRODUCT} is running. Close it, then choose Retry.$\r$\n$\r$\nIf you see no window of it, open ${PRODUCT} once more and close it again." \
  "${PRODUCT} läuft. Beenden Sie das Programm und wählen Sie dann „Wiederholen“.$\r$\n$\r$\nWenn Sie kein Fenster davon sehen, öffnen Sie ${PRODUCT} noch einmal und schließen es wieder."
${Text} IN_USE \
  "Another program is using files of ${PRODUCT}. Close it, then choose Retry." \
  "Ein anderes Programm benutzt gerade Dateien von ${PRODUCT}. Beenden Sie es und wählen Sie dann „Wiederholen“."
${Text} FOLDER_TOO_LONG \
  "The name of this folder is too long. Choose one with at most ${LONGEST_FOLDER} characters." \
  "Der Name dieses Ordners ist zu lang. Wählen Sie einen mit höchstens ${LONGEST_FOLDER} Zeichen."
${Text} FOLDER_ON_NETWORK \
  "${PRODUCT} cannot be installed on a network drive. Choose a folder on this computer." \
  "${PRODUCT} kann nicht auf einem Netzlaufwerk installiert werden. Wählen Sie einen Ordner auf diesem Computer."
${Text} FOLDER_TAKEN \
  "This folder belongs to another program. Choose a new or empty one." \
  "Dieser Ordner gehört zu einem anderen Programm. Wählen Sie einen neuen oder leeren."
${Text} DESKTOP_LINK \
  "Put a shortcut on the desktop" \
  "Verknüpfung auf dem Desktop anlegen"
${Text} PROFILE_NAME \
  "SoleFlip import profile" \
  "SoleFlip-Importprofil"
${Text} DATA_TITLE \
  "Your data" \
  "Ihre Daten"
${Text} DATA_SUBTITLE \
  "Choose whether they stay on this computer." \
  "Wählen Sie, ob sie auf diesem Computer bleiben."
${Text} DATA_WHERE \
  "Units, orders, photos and backups are kept in$\r$\n$LOCALAPPDATA\${PRODUCT}$\r$\n$\r$\nThey stay there, and a later installation finds them again, unless you tick the box." \
  "Artikel, Bestellungen, Fotos und Sicherungen liegen in$\r$\n$LOCALAPPDATA\${PRODUCT}$\r$\n$\r$\nSie bleiben dort, und eine spätere Installation findet sie wieder, wenn Sie das Kästchen nicht ankreuzen."
${Text} DATA_DELETE \
  "Delete my data for good" \
  "Meine Daten endgültig löschen"
${Text} DATA_SURE \
  "All your units, orders, photos and backups in this folder will be deleted and cannot be brought back. Delete them?" \
  "Alle Ihre Artikel, Bestellungen, Fotos und Sicherungen in diesem Ordner werden gelöscht und lassen sich nicht zurückholen. Löschen?"
${Text} DATA_LEFT \
  "Some files could not be deleted. They are in$\r$\n$LOCALAPPDATA\${PRODUCT}" \
  "Einige Dateien konnten nicht gelöscht werden. Sie liegen in$\r$\n$LOCALAPPDATA\${PRODUCT}"
