"""The currencies of the world: their ISO 4217 codes, their minor units, and those that the euro replaced."""

from __future__ import annotations

import re
from typing import Final

_HUNDREDTHS: Final = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
    CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG
    HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
    MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE
    SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD YER ZAR ZMW ZWG
"""
_OTHER_PARTS: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
MINOR_DIGITS: Final[dict[str, int]] = {
    **dict.fromkeys(_HUNDREDTHS.split(), 2),
    **{code: digits for digits, codes in _OTHER_PARTS.items() for code in codes.split()},
}
"""Decimal digits of a currency's minor unit, by code: 2 where it is a hundredth.

Source
------
ISO 4217, list one of the maintenance agency (SIX), published 25 June 2024; metals, accounts without a minor
unit and codes for tests are left out.
"""
PER_EURO: Final[dict[str, float]] = {
    "ATS": 13.7603,
    "BEF": 40.3399,
    "CYP": 0.585274,
    "DEM": 1.95583,
    "EEK": 15.6466,
    "ESP": 166.386,
    "FIM": 5.94573,
    "FRF": 6.55957,
    "GRD": 340.75,
    "HRK": 7.5345,
    "IEP": 0.787564,
    "ITL": 1936.27,
    "LTL": 3.4528,
    "LUF": 40.3399,
    "LVL": 0.702804,
    "MTL": 0.4293,
    "NLG": 2.20371,
    "PTE": 200.482,
    "SIT": 239.64,
    "SKK": 30.126,
}
"""Units of a currency that the euro replaced, for one euro; the rates are irrevocable.

Source
------
Council Regulation (EC) No 2866/98, and those that amend it for later members, up to Council Regulation (EU) 2022/1208.
"""
EURO_FAMILY: Final = frozenset({"EUR", *PER_EURO})
"""The euro, and the currencies of which it is worth a fixed number."""
_WITHOUT_CENTS: Final = frozenset({"BEF", "ESP", "GRD", "ITL", "LUF", "PTE"})
_FIRST: Final = ("USD", "EUR", "DEM", "BRL")
CURRENCIES: Final = (*_FIRST, *sorted({*MINOR_DIGITS, *PER_EURO} - {*_FIRST}))
"""All codes, in the order in which rows and lists name them."""


def minor_unit(code: str) -> float:
    """Return the smallest amount that is paid in a currency, such as 0.01 USD, 1 JPY or 0.001 KWD. [the currency]"""
    digits = MINOR_DIGITS.get(code, 0 if code in _WITHOUT_CENTS else 2)
    return float(10.0**-digits)


_CODE: Final = re.compile(rf"^[-+0-9._ a-z]*[kM]?({'|'.join(CURRENCIES)})(?:/|$)")


def code_in(text: str) -> str:
    """Return the code of the currency of an amount such as `25 million USD` or `31 EUR/km`, "" for any other text."""
    match = _CODE.match(text)
    return match[1] if match else ""
