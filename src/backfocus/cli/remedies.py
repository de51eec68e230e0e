"""Where help is found, in the words of the terminal."""

from ..errors import RemedyKey

REMEDIES: dict[RemedyKey, str] = {
    "profiles": "`backfocus profiles` lists them",
    "optics": "use --camera and --lens (`backfocus profiles` lists them), or --pixel-um and --f-number",
    "devices": "`backfocus devices` lists them",
    "sessions": "`backfocus history` lists them",
    "report": "`backfocus report {}` prints it",
    "first-turn": "use --first-turn near or infinity (away or towards for the back-focus ring)",
    "chart": "`backfocus chart star.pdf` prints one",
}
