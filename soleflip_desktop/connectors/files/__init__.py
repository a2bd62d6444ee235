"""Files as a source: recognise, read in record-aligned blocks, validate column by column."""
