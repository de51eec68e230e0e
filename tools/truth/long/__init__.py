"""The long campaign: hundreds of recordings by cameras that people have, read once, judged often."""
