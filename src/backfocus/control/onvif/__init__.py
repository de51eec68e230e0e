"""ONVIF: SOAP documents, the questions and answers in them, and the lens behind them."""
