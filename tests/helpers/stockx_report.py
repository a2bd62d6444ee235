"""Generates StockX seller reports with every quirk of the real ones, and knows what is in them.

No name, address, VAT id or tracking number of anybody: all of it is made up.
"""

from __future__ import annotations

import csv
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

_NAMES = (
    "Seller Name,Seller Address (Billing),Seller VAT Number,Sold To Name,Sold To address,"
    "Sold to VAT Number,Fiscal Representative Name,Fiscal Representative Address,"
    "StockX Destination Address,Payout date,Invoice Date,Invoice Number,Item,Sku Name,Sku Size,"
    "Style,Order Number,Sale Date,Seller Tracking Number,Buyer Destination Country,"
    "Buyer Destination City,Buyer Tracking Number,Quantity,Ship From Address,Ship To Address,"
    "Seller Fee,Seller Fee Currency,Payment Processing,Payment Processing Currency,"
    "Shipping Fee,Shipping Fee Currency,VAT Rate,Total Net Amount (Payout Excluding VAT),"
    "Total Net Amount (Payout Excluding VAT) Currency,Listing Price,Listing Price Currency,"
    "Total Gross Amount (Total Payout),Total Gross Amount (Total Payout) Currency,"
    "Total VAT Amount,Total VAT Amount Currency,Payout ID,Special references,"
    "Provider Transaction ID,Total Invoice Amount"
)
HEADER = _NAMES.split(",")

_SIZE_COUNTS = (
    "N/A:127, 10.5:100, 10:97, 9:54, 11:54, 9.5:50, 13:44, 12:32, 8.5:31, 6:30, "
    "8:25, 7:25, 11.5:24, 6.5:17, 5:17, 14:16, 7.5:15, 12.5:9, 4:7, 5.5:6, 43:6, "
    "15:5, 4.5:5, 13.5:4, 39:3, 38:3, 40:3, 42:2, 16:1, 35:1, 44:1, 17:1, 41:1, "
    "45:1, 12W:15, 8.5W:13, 7.5W:13, 8W:13, 7W:12, 6.5W:11, 6W:9, 11.5W:9, 11W:8, "
    "5.5W:8, 10.5W:6, 10W:6, 9.5W:4, 9W:3, 14.5W:2, 12.5W:2, 5W:2, 13W:2, 4Y:4, "
    "6.5Y:3, 2Y:3, 7Y:2, 6Y:2, 5.5Y:1, 4.5Y:1, 3.5Y:1, 2.5Y:1, 5Y:1, 10C:6, 3C:6, "
    "6C:4, 5C:3, 2C:2, 8C:2, 13C:1, 9C:1, 1C:1, 7C:1, 4C:1, 3J:2, M:32, S:26, L:23, "
    "XL:18, XS:7, XXL:5, S/M:3, M/L:2, L/XL:2, 12W / 10.5M:1, 42/44:1, 36/38:1, "
    "34W/32L:1, S / Men's 9-10:1"
)
#: The 88 size texts of the real report and how often each stood there (reference.md 2.4).
SIZES = {size: int(count) for size, count in (pair.split(":") for pair in _SIZE_COUNTS.split(", "))}
MODELS = (
    ("Nike Dunk Low Retro {}", "DD{:04d}-{:03d}", "9"),
    ("Jordan 4 Retro {}", "FV{:04d}-{:03d}", "10.5"),
    ("adidas Samba OG {}", "B{:05d}{}", "8.5W"),
    ("New Balance 990v6 {}", "M990{:02d}{}", "11"),
    ("ASICS Gel-Kayano 14 {}", "1201A{:03d}-{:03d}", "7.5"),
    ("Birkenstock Boston {}", "0{:06d}{}", "43"),
    ("Crocs Classic Clog {} (GS)", "{:06d}-{:03d}", "4Y"),
    ("Supreme Box Logo Hoodie {}", "N/A", "L"),
    ("LEGO Star Wars {} Set", "{:05d}{}", "N/A"),
    ("Telfar Shopping Bag {}", "N/A", "N/A"),
)
COLOURS = ("Panda", "Black Cat", "Bred", "Chalk", "Navy", "Sage", "Triple White", "Pine", "Ember")
COUNTRIES = ("United States", "Germany", "Ireland, Republic of", "China, Mainland", "N/A", "Mexico")
CITIES = ("Springfield", "Köln", "東京", " Dublin", "N/A", "São Paulo", "Łódź")
#: As long as the real text, so that a row is as long as a real one (919 bytes).
LEGAL = (
    "Intra-Community supply of goods exempt from VAT, Article 138 of the VAT directive of 2006"
    "\nInvoice made out by the customer (self-billing), on behalf of and for the supplier named"
)
CENT = Decimal("0.01")


@dataclass(slots=True)
class Oracle:
    """What a right import of the generated file reports."""

    rows: int = 0
    imported: int = 0
    duplicates: int = 0
    rejected: dict[int, str] = field(default_factory=dict)
    gross: Decimal = Decimal(0)
    charges: Decimal = Decimal(0)
    payout: Decimal = Decimal(0)
    residual: Decimal = Decimal(0)
    unitemised: int = 0
    charge_lines: int = 0
    sizes: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Report:
    """A generator of rows; `bad_pct` and `duplicate_pct` are shares of all rows in percent."""

    rows: int
    seed: int = 1
    products: int = 8_000
    bad_pct: float = 0.17
    duplicate_pct: float = 0.5
    first_order: int = 10_000_000
    oracle: Oracle = field(default_factory=Oracle)
    _random: random.Random = field(init=False)
    _sizes: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311  (repeatable, not secret)
        self._sizes = [size for size, count in SIZES.items() for _ in range(count)]
        self._random.shuffle(self._sizes)

    def write(self, path: Path) -> Oracle:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows(self.lines())
        return self.oracle

    def lines(self) -> Iterator[list[str]]:
        """Rows in transfers of one to four orders, whose total stands in every row of them."""
        made = 0
        previous: list[str] | None = None
        while made < self.rows:
            group = self._transfer(made, min(self._random.randint(1, 4), self.rows - made))
            for line in group:
                made += 1
                if previous is not None and self._random.random() * 100 < self.duplicate_pct:
                    self.oracle.duplicates += 1
                    yield previous
                    continue
                if self._random.random() * 100 < self.bad_pct:
                    yield self._spoil(line, made)
                    continue
                self._count(line)
                previous = line
                yield line
        self.oracle.rows = made

    def _transfer(self, first: int, count: int) -> list[list[str]]:
        reference = f"{self._random.getrandbits(128):032x}"
        lines = [self._line(first + place, reference) for place in range(count)]
        total = sum(Decimal(line[36]) for line in lines)
        for line in lines:
            line[43] = str(total)
        return lines

    def _line(self, number: int, reference: str) -> list[str]:
        pick = self._random
        product = int(self.products * pick.random() ** 3)  # a few models sell most
        name, style, usual = MODELS[product % len(MODELS)]
        colour = f"{COLOURS[product % len(COLOURS)]} {product}"
        # A model comes in some of all sizes only; over all models every shape turns up.
        curve = self._sizes[product * 37 % len(self._sizes) :][:8] or [usual]
        size = usual if pick.random() < 0.7 else pick.choice(curve)
        sold = datetime(2022, 7, 1, tzinfo=UTC) + timedelta(seconds=pick.randrange(94_000_000))
        paid = sold + timedelta(days=pick.randrange(18))
        fees, payout, price = self._money()
        line = [""] * len(HEADER)
        line[0:9] = [
            "Sample Seller",
            "1 Example Street, Unit 12, Back Building, 00000 Sampletown, Nowhere",
            "XX000000000",
            "Example Buyer B.V.",
            "2 Placeholder Road, 1111 AA Anytown, Netherlands",
            "NL000000000B00",
            "N/A",
            "N/A",
            "3 Warehouse Lane, Building 4, 2222 BB Othertown, Netherlands",
        ]
        line[9] = line[10] = f"{paid:%Y-%m-%d %H:%M:%S} +00"
        line[11] = f"{20_000_000 + number:08d}-{number:08d}"
        line[12] = name.format(colour)
        line[13] = (
            f'{colour} "OG"' if number % 7 == 0 else f"{colour}\n" if number % 501 == 0 else colour
        )
        line[14], line[15] = size, style.format(product % 10_000, product % 1000)
        line[16] = f"{self.first_order + number:08d}-{number:08d}"
        line[17] = f"{sold:%Y-%m-%d %H:%M:%S} +00"
        line[18] = f"1Z{number:016d}"
        line[19], line[20] = pick.choice(COUNTRIES), pick.choice(CITIES)
        line[21] = f"{number:012d}" if number % 20 else "N/A"
        line[22] = "1"
        line[23] = "1 Example Street, Unit 12, Back Building, 33333 Sampletown, Nowhere"
        line[24] = "5 Inbound Way, Dock 6, 44444 Destination, Elsewhere"
        line[25:31] = fees
        line[32], line[33] = str(payout), "EUR"
        line[34], line[35] = str(price), "EUR"
        line[36], line[37] = str(payout), "EUR"
        line[40] = "0" if number % 3 else str(number // 3)
        line[41], line[42] = LEGAL, reference
        return line

    def _money(self) -> tuple[list[str], Decimal, int]:
        """Fee cells, payout and price: some fees blank, some wrong by a cent or hidden."""
        pick = self._random
        price = pick.randint(40, 900)
        fee = (Decimal(price) * Decimal("0.07")).quantize(CENT)
        processing = (Decimal(price) * Decimal("0.03")).quantize(CENT)
        shipping = Decimal(pick.choice(["5", "2.5", "1.67", "1.25", "-0.03", "0"]))
        blank_fee, blank_processing = pick.random() < 0.16, pick.random() < 0.025
        blank_shipping = pick.random() < 0.33
        paid = [
            Decimal(0) if blank else amount
            for blank, amount in (
                (blank_fee, fee),
                (blank_processing, processing),
                (blank_shipping, shipping),
            )
        ]
        payout = Decimal(price) - sum(paid)
        if blank_fee and pick.random() < 0.8:
            payout -= 8
        elif pick.random() < 0.18:
            payout += pick.choice([CENT, -CENT])
        cells = ["" if blank_fee else str(fee), "N/A" if blank_fee else "EUR"]
        cells += ["" if blank_processing else str(processing), "EUR"]
        cells += ["" if blank_shipping else str(shipping), "EUR"]
        return cells, payout, price

    def _spoil(self, line: list[str], row: int) -> list[str]:
        kind = self._random.randrange(6)
        code = "missing"
        if kind == 0:
            line[17], code = "31.05.2024", "bad_instant"
        elif kind == 1:
            line[34], code = "12,50", "bad_amount"
        elif kind == 2:
            line[16] = ""
        elif kind == 3:
            line[12] = "N/A"
        elif kind == 4:
            line, code = line[:-1], "field_count"
        else:
            line, code = [*line, "extra"], "field_count"
        self.oracle.rejected[row] = code
        return line

    def _count(self, line: list[str]) -> None:
        oracle = self.oracle
        fees = [Decimal(line[place]) for place in (25, 27, 29) if line[place]]
        gross, payout = Decimal(line[34]), Decimal(line[36])
        residual = payout - (gross - sum(fees, Decimal(0)))
        oracle.imported += 1
        oracle.gross += gross
        oracle.charges -= sum(fees, Decimal(0))
        oracle.payout += payout
        oracle.residual += residual
        oracle.unitemised += abs(residual) > CENT
        oracle.charge_lines += len(fees) + (residual != 0)
        oracle.sizes[line[14]] += 1


def sale(number: int = 1, changes: Mapping[str, str] | None = None) -> list[str]:
    """One plain row of a unit sold for 100 EUR and paid with 85; `changes` go by header."""
    cells = dict.fromkeys(HEADER, "") | {
        "Payout date": "2024-06-04 10:00:00 +00",
        "Item": "Nike Dunk Low Retro Panda",
        "Sku Name": "Panda",
        "Sku Size": "9",
        "Style": "DD1391-100",
        "Order Number": f"{number:08d}-{number:08d}",
        "Sale Date": "2024-05-31 21:40:06 +00",
        "Buyer Destination Country": "Germany",
        "Quantity": "1",
        "Seller Fee": "7.00",
        "Seller Fee Currency": "EUR",
        "Payment Processing": "3.00",
        "Payment Processing Currency": "EUR",
        "Shipping Fee": "5.00",
        "Shipping Fee Currency": "EUR",
        "Listing Price": "100",
        "Listing Price Currency": "EUR",
        "Total Gross Amount (Total Payout)": "85.00",
        "Total Gross Amount (Total Payout) Currency": "EUR",
        "Special references": LEGAL,
        "Provider Transaction ID": f"transfer-{number}",
        "Total Invoice Amount": "85.00",
    }
    unknown = set(changes or ()) - set(cells)
    if unknown:
        raise KeyError(unknown)
    return list((cells | dict(changes or {})).values())


def write_rows(
    path: Path,
    rows: Iterable[Sequence[str]],
    *,
    header: Sequence[str] = HEADER,
    encoding: str = "utf-8",
    line_end: str = "\n",
) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator=line_end)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def main() -> None:
    """`python -m helpers.stockx_report ROWS OUT`."""
    oracle = Report(int(sys.argv[1])).write(Path(sys.argv[2]))
    print(oracle.rows, oracle.imported, oracle.duplicates, len(oracle.rejected), oracle.gross)


if __name__ == "__main__":
    main()
