"""Documents that the app writes: labels, barcodes, tables as PDF."""
