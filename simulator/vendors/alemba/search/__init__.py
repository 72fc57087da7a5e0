"""The search language of Alemba Service Manager: options, filters, orders, selections, joins and counts."""
