"""The fields that a file can fill, by what its rows become; each with its names in EN and DE."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from soleflip_desktop.domain.catalog import Audience
from soleflip_desktop.domain.inventory import BoxState, Condition, ItemStatus, VatScheme
from soleflip_desktop.domain.pricing import Availability
from soleflip_desktop.domain.suppliers import SupplierStatus
from soleflip_desktop.domain.transactions import OrderStatus


class Target(StrEnum):
    """What the rows of a file become."""

    SALES = "sales"
    ITEMS = "items"
    PRODUCTS = "products"
    SUPPLIERS = "suppliers"
    PRICES = "prices"


class Kind(StrEnum):
    """How a field's text is read, and what the database keeps of it."""

    TEXT = "text"
    CODE = "code"  # style codes, order numbers: never a number, leading zeros stay
    AMOUNT = "amount"
    COUNT = "count"
    PERCENT = "percent"
    DAY = "day"
    INSTANT = "instant"  # a day or a day with a time; without an offset in the plan's zone
    CURRENCY = "currency"
    COUNTRY = "country"
    CHOICE = "choice"  # one of `choices`, by the profile's or the user's value map
    NAME = "name"  # mapped once per distinct value, but free: suppliers, platforms, accounts


@dataclass(frozen=True, slots=True)
class ImportField:
    """One field. `names` are headers by which it is known, in English and German.

    `currency` is the field that holds an amount's currency. Amounts are major units.
    """

    name: str
    title: str
    kind: Kind
    names: tuple[str, ...] = ()
    choices: type[StrEnum] | None = None
    currency: str | None = None


def _f(name: str, title: str, kind: Kind, *names: str, **more: object) -> ImportField:
    return ImportField(name, title, kind, names, **more)  # type: ignore[arg-type]


_PRODUCT = (
    _f(
        "name",
        "Product",
        Kind.TEXT,
        "Product name",
        "Item",
        "Item title",
        "Title",
        "Sku Name",
        "Artikel",
        "Artikelname",
        "Artikelbezeichnung",
        "Bezeichnung",
        "Produkt",
        "Angebotstitel",
        "Sneaker Name",
        "Model",
        "Modell",
        "Name",
    ),
    _f("brand", "Brand", Kind.TEXT, "Brand name", "Marke", "Hersteller", "Manufacturer"),
    _f("category", "Category", Kind.TEXT, "Kategorie", "Warengruppe", "Type", "Typ"),
    _f(
        "style",
        "Style code",
        Kind.CODE,
        "Style",
        "SKU",
        "Style ID",
        "Artikelnummer",
        "Artikelnr",
        "Artikel-Nr.",
        "Modellnummer",
        "Custom label",
        "Bestandseinheit",
        "Style code / SKU",
    ),
    _f(
        "size",
        "Size",
        Kind.CODE,
        "Sku Size",
        "Shoe Size",
        "Größe",
        "Groesse",
        "Grösse",
        "Schuhgröße",
        "US Size",
        "EU Size",
    ),
    _f("ean", "EAN", Kind.CODE, "GTIN", "Barcode", "UPC", "EAN code", "product GTIN"),
    _f("colourway", "Colourway", Kind.TEXT, "Colorway", "Colour", "Color", "Farbe", "Farbvariante"),
)

_PURCHASE = (
    _f("item_id", "Unit ID", Kind.COUNT, "Item ID (SoleFlip)", "Einheit-ID"),
    _f(
        "item_status",
        "Status",
        Kind.CHOICE,
        "Item status",
        "Bestandsstatus",
        "Zustand im Lager",
        choices=ItemStatus,
    ),
    _f("condition", "Condition", Kind.CHOICE, "Zustand", "Grade", choices=Condition),
    _f("box_state", "Box", Kind.CHOICE, "Box state", "Karton", "Originalkarton", choices=BoxState),
    _f(
        "supplier",
        "Supplier",
        Kind.NAME,
        "Supplier name",
        "Lieferant",
        "Shop",
        "Händler",
        "Store",
        "Verkäufer",
        "Purchased from",
        "Gekauft bei",
        "Vendor",
    ),
    _f(
        "purchase_order_number",
        "Purchase order number",
        Kind.CODE,
        "Order No.",
        "PO number",
        "Bestellnummer Einkauf",
        "Bestellnr.",
        "Einkaufsbestellnummer",
    ),
    _f(
        "purchase_invoice_number",
        "Purchase invoice number",
        Kind.CODE,
        "Invoice Nr.",
        "Invoice No.",
        "Rechnungsnummer",
        "Rechnungsnr.",
        "Rechnung Nr.",
    ),
    _f(
        "acquired_at",
        "Acquired",
        Kind.INSTANT,
        "Buy Date",
        "Purchase date",
        "Bought on",
        "Kaufdatum",
        "Einkaufsdatum",
        "Date bought",
    ),
    _f(
        "delivered_at",
        "Delivered",
        Kind.INSTANT,
        "Delivery Date",
        "Lieferdatum",
        "Received on",
        "Erhalten am",
    ),
    _f("return_until", "Return until", Kind.DAY, "Rückgabe bis", "Return by", "Widerruf bis"),
    _f(
        "cost_gross",
        "Cost",
        Kind.AMOUNT,
        "Gross Buy",
        "Gross cost",
        "Purchase price",
        "Buy price",
        "Einkaufspreis",
        "Kaufpreis",
        "EK brutto",
        "EK",
        "Cost price",
        "Unit cost",
        "Price paid",
        currency="cost_currency",
    ),
    _f(
        "cost_net",
        "Net cost",
        Kind.AMOUNT,
        "Net Buy",
        "EK netto",
        "Einkaufspreis netto",
        "Cost net",
        currency="cost_currency",
    ),
    _f(
        "cost_inbound",
        "Inbound cost",
        Kind.AMOUNT,
        "Inbound shipping",
        "Purchase shipping",
        "Bezugskosten",
        "Nebenkosten Einkauf",
        "Versand Einkauf",
        currency="cost_currency",
    ),
    _f(
        "cost_currency",
        "Cost currency",
        Kind.CURRENCY,
        "Purchase currency",
        "Einkaufswährung",
        "Währung Einkauf",
    ),
    _f(
        "vat_scheme",
        "VAT scheme",
        Kind.CHOICE,
        "VAT?",
        "VAT Included",
        "MwSt.?",
        "Besteuerung",
        "Steuerart",
        "VAT treatment",
        choices=VatScheme,
    ),
    _f("vat_pct", "VAT %", Kind.PERCENT, "VAT rate", "MwSt. %", "MwSt.-Satz", "Steuersatz"),
    _f(
        "location",
        "Location",
        Kind.TEXT,
        "Storage location",
        "Lagerort",
        "Lagerplatz",
        "Bin",
        "Shelf",
        "Regal",
    ),
    _f("tags", "Tags", Kind.TEXT, "Tag", "Labels", "Schlagworte", "Schlagwörter", "Stichworte"),
    _f(
        "notes", "Notes", Kind.TEXT, "Note", "Notiz", "Notizen", "Bemerkung", "Comment", "Kommentar"
    ),
    _f("quantity", "Quantity", Kind.COUNT, "Qty", "Menge", "Anzahl", "Stück", "Stückzahl"),
)

_SALE = (
    _f("order_id", "Order ID", Kind.COUNT, "Verkauf-ID"),
    _f(
        "external_id",
        "Order number",
        Kind.CODE,
        "Order Nr.",
        "Bestellnummer",
        "Sale ID",
        "Sales order number",
        "ORDER_NUMBER",
        "Verkaufsnummer",
    ),
    _f(
        "line_id",
        "Line",
        Kind.CODE,
        "Item number",
        "Item ID",
        "Artikelnr.",
        "Transaction ID",
        "Transaktionsnummer",
    ),
    _f(
        "order_status",
        "Order status",
        Kind.CHOICE,
        "Sale status",
        "Verkaufsstatus",
        choices=OrderStatus,
    ),
    _f(
        "platform",
        "Platform",
        Kind.NAME,
        "Sale Platform",
        "Plattform",
        "Marktplatz",
        "Marketplace",
        "Verkaufsplattform",
        "Sold on platform",
    ),
    _f("account", "Account", Kind.NAME, "Seller account", "Konto", "Username"),
    _f(
        "sold_at",
        "Sold on",
        Kind.INSTANT,
        "Sale Date",
        "Verkaufsdatum",
        "Verkauft am",
        "Order Date",
        "Sold at",
        "Order creation date",
    ),
    _f(
        "gross",
        "Sale price",
        Kind.AMOUNT,
        "Listing Price",
        "Gross Sale",
        "Verkaufspreis",
        "Sold For",
        "VK",
        "VK brutto",
        "Sale price gross",
        currency="gross_currency",
    ),
    _f(
        "gross_currency",
        "Currency",
        Kind.CURRENCY,
        "Sale currency",
        "Währung",
        "Listing Price Currency",
        "Transaction currency",
        "Transaktionswährung",
    ),
    _f(
        "seller_fee",
        "Seller fee",
        Kind.AMOUNT,
        "Transaction fee",
        "Commission",
        "Verkaufsgebühr",
        "Provision",
        "Verkaufsprovision",
        currency="seller_fee_currency",
    ),
    _f("seller_fee_currency", "Seller fee currency", Kind.CURRENCY),
    _f("seller_fee_2", "Seller fee, fixed part", Kind.AMOUNT, currency="gross_currency"),
    _f("seller_fee_3", "Seller fee, further part", Kind.AMOUNT, currency="gross_currency"),
    _f("seller_fee_4", "Seller fee, further part", Kind.AMOUNT, currency="gross_currency"),
    _f("seller_fee_5", "Seller fee, further part", Kind.AMOUNT, currency="gross_currency"),
    _f("seller_fee_6", "Seller fee, further part", Kind.AMOUNT, currency="gross_currency"),
    _f(
        "payment_processing",
        "Payment processing",
        Kind.AMOUNT,
        "Zahlungsabwicklung",
        currency="payment_processing_currency",
    ),
    _f("payment_processing_currency", "Payment processing currency", Kind.CURRENCY),
    _f(
        "shipping",
        "Shipping",
        Kind.AMOUNT,
        "Shipping Fee",
        "Versandkosten",
        "Versandgebühr",
        currency="shipping_currency",
    ),
    _f("shipping_currency", "Shipping currency", Kind.CURRENCY),
    _f(
        "shipping_income",
        "Shipping paid by the buyer",
        Kind.AMOUNT,
        "Shipping And Handling",
        "Verpackung und Versand",
        currency="gross_currency",
    ),
    _f(
        "advertising",
        "Advertising",
        Kind.AMOUNT,
        "Promoted Listing Standard fee",
        "Werbekosten",
        currency="gross_currency",
    ),
    _f("cash_out", "Cash-out fee", Kind.AMOUNT, "Auszahlungsgebühr", currency="gross_currency"),
    _f("refund", "Refund", Kind.AMOUNT, "Refunds", "Rückerstattung", currency="gross_currency"),
    _f(
        "adjustment",
        "Other charges",
        Kind.AMOUNT,
        "Adjustment",
        "Sonstige Gebühren",
        currency="gross_currency",
    ),
    _f("adjustment_2", "Other charges, further part", Kind.AMOUNT, currency="gross_currency"),
    _f("adjustment_3", "Other charges, further part", Kind.AMOUNT, currency="gross_currency"),
    _f(
        "vat",
        "VAT",
        Kind.AMOUNT,
        "Total VAT Amount",
        "MwSt.",
        "Umsatzsteuer",
        currency="vat_currency",
    ),
    _f("vat_currency", "VAT currency", Kind.CURRENCY),
    _f(
        "payout",
        "Payout",
        Kind.AMOUNT,
        "Net Sale",
        "Total Payout",
        "Auszahlung",
        "Auszahlungsbetrag",
        "Net amount",
        "Betrag abzügl. Kosten",
        "Order earnings",
        currency="payout_currency",
    ),
    _f("payout_currency", "Payout currency", Kind.CURRENCY, "Auszahlungswährung"),
    _f("paid_at", "Paid on", Kind.INSTANT, "Payout date", "Auszahlungsdatum"),
    _f("payout_ref", "Payout reference", Kind.CODE, "Provider Transaction ID", "Auszahlung Nr."),
    _f("payout_total", "Payout total", Kind.AMOUNT, "Total Invoice Amount"),
    _f(
        "buyer_country",
        "Buyer country",
        Kind.COUNTRY,
        "Buyer Destination Country",
        "Ship to country",
        "Land des Käufers",
        "Versandziel - Land",
    ),
    _f("buyer_region", "Buyer region", Kind.TEXT, "Ship to province/region/state"),
    _f("label", "Source's own grouping", Kind.TEXT),
    _f(
        "stated_profit",
        "Profit as the file states it",
        Kind.AMOUNT,
        "Profit",
        "Gewinn",
        currency="gross_currency",
    ),
    _f(
        "retail_price",
        "Retail price",
        Kind.AMOUNT,
        "UVP",
        "RRP",
        "RRP price",
        "Retail",
        currency="retail_currency",
    ),
    _f("retail_currency", "Retail currency", Kind.CURRENCY),
    _f("release_date", "Release date", Kind.DAY, "Erscheinungsdatum", "Release"),
)

_PRODUCTS = (
    _f("product_id", "Product ID", Kind.COUNT, "Produkt-ID"),
    *_PRODUCT,
    _f("audience", "Audience", Kind.CHOICE, "Gender", "Geschlecht", "Zielgruppe", choices=Audience),
    _f("release_date", "Release date", Kind.DAY, "Erscheinungsdatum", "Release"),
    _f(
        "retail_price",
        "Retail price",
        Kind.AMOUNT,
        "UVP",
        "RRP",
        "Retail",
        currency="retail_currency",
    ),
    _f("retail_currency", "Retail currency", Kind.CURRENCY, "Currency", "Währung"),
    _f("image_url", "Image", Kind.TEXT, "Image URL", "Bild", "Bild-URL", "Picture"),
)

_SUPPLIERS = (
    _f("supplier_id", "Supplier ID", Kind.COUNT, "Lieferanten-ID"),
    _f("supplier", "Supplier", Kind.TEXT, "Supplier name", "Name", "Lieferant", "Shop", "Händler"),
    _f("supplier_kind", "Kind", Kind.TEXT, "Type", "Art", "Supplier type"),
    _f("website", "Website", Kind.TEXT, "URL", "Webseite", "Homepage"),
    _f("email", "E-mail", Kind.TEXT, "Email", "Mail", "E-Mail-Adresse"),
    _f("country", "Country", Kind.COUNTRY, "Land"),
    _f("vat_number", "VAT number", Kind.CODE, "VAT ID", "USt-IdNr.", "Umsatzsteuer-ID"),
    _f(
        "return_policy_days",
        "Return policy days",
        Kind.COUNT,
        "Return days",
        "Rückgabefrist Tage",
        "Rückgabetage",
    ),
    _f("supplier_status", "Status", Kind.CHOICE, choices=SupplierStatus),
    _f("notes", "Notes", Kind.TEXT, "Notiz", "Notizen", "Bemerkung"),
)

_PRICES = (
    _f(
        "supplier",
        "Supplier",
        Kind.NAME,
        "Supplier name",
        "Lieferant",
        "program_name",
        "merchant_name",
        "Shop",
        "Händler",
    ),
    _f("source", "Source", Kind.TEXT, "Feed", "Quelle"),
    _f("offer_id", "Offer ID", Kind.CODE, "id", "aw_product_id", "Angebotsnummer"),
    *_PRODUCT,
    _f(
        "price",
        "Price",
        Kind.AMOUNT,
        "Buy price",
        "Preis",
        "search_price",
        "Einkaufspreis",
        currency="price_currency",
    ),
    _f("price_currency", "Currency", Kind.CURRENCY, "Währung", "currency"),
    _f(
        "availability",
        "Availability",
        Kind.CHOICE,
        "Verfügbarkeit",
        "in_stock",
        "Stock status",
        choices=Availability,
    ),
    _f("stock_quantity", "Stock quantity", Kind.COUNT, "stock_qty", "Bestand", "Lagerbestand"),
    _f("url", "Link", Kind.TEXT, "URL", "link", "aw_deep_link", "merchant_deep_link"),
    _f("seen_at", "Seen at", Kind.INSTANT, "last_updated", "Stand", "As of"),
)

#: A unit may carry its sale, a sale its unit: one set of fields, required parts differ by profile.
_UNITS = (*_PRODUCT, *_PURCHASE, *_SALE)

FIELDS: Mapping[Target, Mapping[str, ImportField]] = {
    target: {field.name: field for field in fields}
    for target, fields in (
        (Target.SALES, _UNITS),
        (Target.ITEMS, _UNITS),
        (Target.PRODUCTS, _PRODUCTS),
        (Target.SUPPLIERS, _SUPPLIERS),
        (Target.PRICES, _PRICES),
    )
}
