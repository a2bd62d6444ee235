"""ISO 3166 codes from country names as marketplaces and people write them.

Names: CLDR English and German, plus the official long forms StockX prints ("Ireland, Republic of",
"China, Mainland", "Hong Kong SAR"; design/reference.md 2.4) and older spellings. XK (Kosovo) is
user-assigned, but customs and carriers use it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["country_code", "us_state_code"]

_COUNTRIES = """
AD Andorra
AE United Arab Emirates|Vereinigte Arabische Emirate|UAE|VAE
AF Afghanistan
AG Antigua & Barbuda|Antigua und Barbuda
AI Anguilla
AL Albania|Albanien
AM Armenia|Armenien
AO Angola
AQ Antarctica|Antarktis
AR Argentina|Argentinien
AS American Samoa|Amerikanisch-Samoa
AT Austria|Österreich
AU Australia|Australien
AW Aruba
AX Åland Islands|Ålandinseln|Aland Islands
AZ Azerbaijan|Aserbaidschan
BA Bosnia & Herzegovina|Bosnien und Herzegowina|Bosnia|Bosnien
BB Barbados
BD Bangladesh|Bangladesch
BE Belgium|Belgien
BF Burkina Faso
BG Bulgaria|Bulgarien
BH Bahrain
BI Burundi
BJ Benin
BL St. Barthélemy|Saint Barthélemy|Saint Barthelemy
BM Bermuda
BN Brunei|Brunei Darussalam
BO Bolivia|Bolivien|Bolivia, Plurinational State of
BQ Caribbean Netherlands|Karibische Niederlande|Bonaire, Sint Eustatius and Saba|Bonaire
BR Brazil|Brasilien
BS Bahamas|Bahamas, The|The Bahamas
BT Bhutan
BV Bouvet Island|Bouvetinsel
BW Botswana|Botsuana
BY Belarus|Weißrussland
BZ Belize
CA Canada|Kanada
CC Cocos (Keeling) Islands|Kokosinseln|Cocos Islands|Keeling Islands
CD Congo - Kinshasa|Kongo-Kinshasa|Congo, Democratic Republic of the
CD Congo, The Democratic Republic of the|Democratic Republic of the Congo|DR Congo
CF Central African Republic|Zentralafrikanische Republik
CG Congo - Brazzaville|Kongo-Brazzaville|Congo|Congo, Republic of the|Republic of the Congo
CH Switzerland|Schweiz
CI Côte d'Ivoire|Ivory Coast|Elfenbeinküste
CK Cook Islands|Cookinseln
CL Chile
CM Cameroon|Kamerun
CN China|China, Mainland|Mainland China|People's Republic of China|China, People's Republic of
CN Volksrepublik China
CO Colombia|Kolumbien
CR Costa Rica
CU Cuba|Kuba
CV Cape Verde|Cabo Verde|Kap Verde
CW Curaçao|Curacao
CX Christmas Island|Weihnachtsinsel
CY Cyprus|Zypern
CZ Czechia|Tschechien|Czech Republic|Tschechische Republik
DE Germany|Deutschland|Federal Republic of Germany|Bundesrepublik Deutschland
DE Germany, Federal Republic of
DJ Djibouti|Dschibuti
DK Denmark|Dänemark
DM Dominica
DO Dominican Republic|Dominikanische Republik
DZ Algeria|Algerien
EC Ecuador
EE Estonia|Estland
EG Egypt|Ägypten
EH Western Sahara|Westsahara
ER Eritrea
ES Spain|Spanien
ET Ethiopia|Äthiopien
FI Finland|Finnland
FJ Fiji|Fidschi
FK Falkland Islands|Falklandinseln|Falkland Islands (Malvinas)
FM Micronesia|Mikronesien|Micronesia, Federated States of
FO Faroe Islands|Färöer
FR France|Frankreich
GA Gabon|Gabun
GB United Kingdom|Vereinigtes Königreich|Great Britain|UK|England|Scotland|Wales|Northern Ireland
GB Großbritannien|Vereinigtes Königreich Großbritannien und Nordirland
GB United Kingdom of Great Britain and Northern Ireland
GD Grenada
GE Georgia|Georgien
GF French Guiana|Französisch-Guayana
GG Guernsey
GH Ghana
GI Gibraltar
GL Greenland|Grönland
GM Gambia|Gambia, The
GN Guinea
GP Guadeloupe
GQ Equatorial Guinea|Äquatorialguinea
GR Greece|Griechenland
GS South Georgia & South Sandwich Islands|Südgeorgien und die Südlichen Sandwichinseln
GS South Georgia and the South Sandwich Islands
GT Guatemala
GU Guam
GW Guinea-Bissau
GY Guyana
HK Hong Kong SAR China|Sonderverwaltungsregion Hongkong|Hong Kong|Hong Kong SAR|Hongkong
HK Hong Kong, China|Hong Kong S.A.R.
HM Heard & McDonald Islands|Heard und McDonaldinseln|Heard Island and McDonald Islands
HN Honduras
HR Croatia|Kroatien
HT Haiti
HU Hungary|Ungarn
ID Indonesia|Indonesien
IE Ireland|Irland|Ireland, Republic of|Republic of Ireland|Eire
IL Israel|State of Israel
IM Isle of Man
IN India|Indien
IO British Indian Ocean Territory|Britisches Territorium im Indischen Ozean
IQ Iraq|Irak
IR Iran|Iran, Islamic Republic of
IS Iceland|Island
IT Italy|Italien
JE Jersey
JM Jamaica|Jamaika
JO Jordan|Jordanien
JP Japan
KE Kenya|Kenia
KG Kyrgyzstan|Kirgisistan|Kirgistan
KH Cambodia|Kambodscha
KI Kiribati
KM Comoros|Komoren
KN St. Kitts & Nevis|St. Kitts und Nevis|Saint Kitts and Nevis
KP North Korea|Nordkorea|Korea, Democratic People's Republic of|Korea, North
KR South Korea|Südkorea|Korea, Republic of|Republic of Korea|Korea, South|Korea
KW Kuwait
KY Cayman Islands|Kaimaninseln
KZ Kazakhstan|Kasachstan
LA Laos|Lao People's Democratic Republic|Lao
LB Lebanon|Libanon
LC St. Lucia|Saint Lucia
LI Liechtenstein
LK Sri Lanka
LR Liberia
LS Lesotho
LT Lithuania|Litauen
LU Luxembourg|Luxemburg
LV Latvia|Lettland
LY Libya|Libyen|Libyan Arab Jamahiriya
MA Morocco|Marokko
MC Monaco
MD Moldova|Republik Moldau|Moldova, Republic of|Moldawien|Moldau
ME Montenegro
MF St. Martin|Saint Martin|Saint Martin (French part)
MG Madagascar|Madagaskar
MH Marshall Islands|Marshallinseln
MK North Macedonia|Nordmazedonien|Macedonia|Macedonia, The Former Yugoslav Republic of
MK Macedonia, Republic of|Mazedonien
ML Mali
MM Myanmar (Burma)|Myanmar|Burma|Birma
MN Mongolia|Mongolei
MO Macao SAR China|Sonderverwaltungsregion Macau|Macau|Macao|Macau SAR|Macao SAR
MP Northern Mariana Islands|Nördliche Marianen
MQ Martinique
MR Mauritania|Mauretanien
MS Montserrat
MT Malta
MU Mauritius
MV Maldives|Malediven
MW Malawi
MX Mexico|Mexiko
MY Malaysia
MZ Mozambique|Mosambik
NA Namibia
NC New Caledonia|Neukaledonien
NE Niger
NF Norfolk Island|Norfolkinsel
NG Nigeria
NI Nicaragua
NL Netherlands|Niederlande|Holland|The Netherlands|Netherlands, The|Netherlands, Kingdom of the
NO Norway|Norwegen
NP Nepal
NR Nauru
NU Niue
NZ New Zealand|Neuseeland
OM Oman
PA Panama
PE Peru
PF French Polynesia|Französisch-Polynesien
PG Papua New Guinea|Papua-Neuguinea
PH Philippines|Philippinen|Philippines, The
PK Pakistan
PL Poland|Polen
PM St. Pierre & Miquelon|St. Pierre und Miquelon|Saint Pierre and Miquelon
PN Pitcairn Islands|Pitcairninseln|Pitcairn
PR Puerto Rico
PS Palestinian Territories|Palästinensische Autonomiegebiete|Palestine|Palestine, State of
PS Palästina
PT Portugal
PW Palau
PY Paraguay
QA Qatar|Katar|State of Qatar
RE Réunion|Reunion
RO Romania|Rumänien
RS Serbia|Serbien
RU Russia|Russland|Russian Federation|Russische Föderation
RW Rwanda|Ruanda
SA Saudi Arabia|Saudi-Arabien|Kingdom of Saudi Arabia
SB Solomon Islands|Salomonen
SC Seychelles|Seychellen
SD Sudan
SE Sweden|Schweden
SG Singapore|Singapur
SH St. Helena|Saint Helena|Saint Helena, Ascension and Tristan da Cunha
SI Slovenia|Slowenien
SJ Svalbard & Jan Mayen|Spitzbergen und Jan Mayen|Svalbard
SK Slovakia|Slowakei|Slovak Republic|Slowakische Republik
SL Sierra Leone
SM San Marino
SN Senegal
SO Somalia
SR Suriname
SS South Sudan|Südsudan
ST São Tomé & Príncipe|São Tomé und Príncipe|Sao Tome and Principe
SV El Salvador
SX Sint Maarten|Sint Maarten (Dutch part)|St. Maarten
SY Syria|Syrien|Syrian Arab Republic
SZ Eswatini|Swaziland|Swasiland
TC Turks & Caicos Islands|Turks- und Caicosinseln
TD Chad|Tschad
TF French Southern Territories|Französische Süd- und Antarktisgebiete
TF French Southern and Antarctic Lands
TG Togo
TH Thailand
TJ Tajikistan|Tadschikistan
TK Tokelau
TL Timor-Leste|East Timor|Osttimor
TM Turkmenistan
TN Tunisia|Tunesien
TO Tonga
TR Türkiye|Türkei|Turkey|Turkiye
TT Trinidad & Tobago|Trinidad und Tobago|Trinidad and Tobago
TV Tuvalu
TW Taiwan|Taiwan, Province of China|Taiwan, Republic of China|Taiwan, China|Chinese Taipei
TZ Tanzania|Tansania|Tanzania, United Republic of
UA Ukraine
UG Uganda
UM U.S. Outlying Islands|Amerikanische Überseeinseln|United States Minor Outlying Islands
UM US Minor Outlying Islands
US United States|Vereinigte Staaten|USA|U.S.A.|U.S.|United States of America|The United States
US America|Vereinigte Staaten von Amerika
UY Uruguay
UZ Uzbekistan|Usbekistan
VA Vatican City|Vatikanstadt|Holy See|Holy See (Vatican City State)|Vatikan|Vatican City State
VC St. Vincent & Grenadines|St. Vincent und die Grenadinen|Saint Vincent and the Grenadines
VE Venezuela|Venezuela, Bolivarian Republic of
VG British Virgin Islands|Britische Jungferninseln|Virgin Islands, British
VI U.S. Virgin Islands|Amerikanische Jungferninseln|Virgin Islands, U.S.|US Virgin Islands
VN Vietnam|Viet Nam
VU Vanuatu
WF Wallis & Futuna|Wallis und Futuna
WS Samoa
YE Yemen|Jemen
YT Mayotte
ZA South Africa|Südafrika
ZM Zambia|Sambia
ZW Zimbabwe|Simbabwe
XK Kosovo
"""

_US_STATES = """
AL Alabama
AK Alaska
AZ Arizona
AR Arkansas
CA California
CO Colorado
CT Connecticut
DE Delaware
DC District of Columbia
FL Florida
GA Georgia
HI Hawaii
ID Idaho
IL Illinois
IN Indiana
IA Iowa
KS Kansas
KY Kentucky
LA Louisiana
ME Maine
MD Maryland
MA Massachusetts
MI Michigan
MN Minnesota
MS Mississippi
MO Missouri
MT Montana
NE Nebraska
NV Nevada
NH New Hampshire
NJ New Jersey
NM New Mexico
NY New York
NC North Carolina
ND North Dakota
OH Ohio
OK Oklahoma
OR Oregon
PA Pennsylvania
RI Rhode Island
SC South Carolina
SD South Dakota
TN Tennessee
TX Texas
UT Utah
VT Vermont
VA Virginia
WA Washington
WV West Virginia
WI Wisconsin
WY Wyoming
AS American Samoa
GU Guam
MP Northern Mariana Islands
PR Puerto Rico
UM U.S. Minor Outlying Islands
VI U.S. Virgin Islands
DC Washington DC
DC Washington D.C.
"""

_SPECIAL = str.maketrans({"ß": "ss", "&": " and ", "ø": "o", "æ": "ae", "'": "", "’": ""})
_SEPARATORS = re.compile(r"[^a-z0-9]+")


def _key(name: str) -> str:
    """Spelling without accents, case, punctuation, "&"/"and"/"und", "St."/"Saint"."""
    text = unicodedata.normalize("NFKD", name.casefold().translate(_SPECIAL))
    text = "".join(char for char in text if not unicodedata.combining(char))
    words = [word for word in _SEPARATORS.split(text) if word not in {"", "and", "und", "the"}]
    return " ".join("saint" if word == "st" else word for word in words)


def _read(table: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in table.strip().splitlines():
        code, _, names = line.partition(" ")
        for name in names.split("|"):
            found.setdefault(_key(name), code)
    return found


_BY_NAME = _read(_COUNTRIES)
_COUNTRY_CODES = frozenset(_BY_NAME.values())
_STATES_BY_NAME = _read(_US_STATES)
_STATE_CODES = frozenset(_STATES_BY_NAME.values())


@lru_cache(maxsize=1024)
def country_code(name: str | None) -> str | None:
    """Alpha-2 code of a country name, or of the code itself; None for anything unknown."""
    text = (name or "").strip()
    if text.upper() in _COUNTRY_CODES:
        return text.upper()
    return _BY_NAME.get(_key(text))


@lru_cache(maxsize=256)
def us_state_code(name: str | None) -> str | None:
    """ISO 3166-2 code of a US state, district or territory: "California" -> "US-CA"."""
    text = (name or "").strip()
    bare = text.upper().removeprefix("US-")
    code = bare if bare in _STATE_CODES else _STATES_BY_NAME.get(_key(text))
    return f"US-{code}" if code else None
