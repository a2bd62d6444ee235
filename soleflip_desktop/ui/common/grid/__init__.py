"""What makes a table page a workbench: filters, views, frozen columns, staged edits."""
