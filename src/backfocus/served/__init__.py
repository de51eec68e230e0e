"""The virtual camera on the network: pictures over HTTP, motors over VISCA, and faults on request."""
