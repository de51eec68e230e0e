"""The procedure: readings to events (`watch`), events to instructions (`advance`), both into words."""
