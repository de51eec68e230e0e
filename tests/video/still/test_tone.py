import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from backfocus.transfer import curve
from backfocus.video.still.tone import GRID, Tone, tone_of_code_points, tone_of_gamma, tone_of_profile

from ...oracles.still_files import SRGB_PARA, curv, icc, para, rgb


def light(tone: Tone, codes: np.ndarray) -> np.ndarray:
    """Light of 8-bit codes by a tone."""
    if tone.table is not None:
        return np.interp(codes / 255, GRID, tone.table)
    return curve(bits=8, transfer=tone.transfer, limited=False)[codes]


def by_little_cms(profile: bytes) -> np.ndarray:
    """Light of the 256 greys by another's engine: L* of D50, made light by CIE 1976."""
    greys = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    lab = ImageCms.createProfile("LAB")
    transform = ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        lab,
        "RGB",
        "LAB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )
    l_star = np.asarray(ImageCms.applyTransform(Image.fromarray(greys), transform))[0, :, 0] / 2.55
    root = (l_star + 16) / 116
    return np.where(l_star > 8, root**3, l_star / 903.3)


# Colorants of sRGB adapted to D50, so that Little CMS sees a whole profile; ICC sRGB v2.
COLORANTS = {
    b"wtpt": (0.9642, 1.0, 0.8249),
    b"rXYZ": (0.4361, 0.2225, 0.0139),
    b"gXYZ": (0.3851, 0.7169, 0.0971),
    b"bXYZ": (0.1431, 0.0606, 0.7141),
}


def whole(tag: bytes) -> bytes:
    import struct

    xyz = {
        name: b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(n * 65536) for n in numbers))
        for name, numbers in COLORANTS.items()
    }
    return icc(rgb(tag) | xyz)


SRGB_TABLE = curv(*(round(65535 * v) for v in curve(bits=10, transfer="srgb", limited=False)))
S_SHAPED = curv(*(round(65535 * v) for v in 0.5 - 0.5 * np.cos(np.pi * np.linspace(0, 1, 33) ** 1.5)))


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        (SRGB_PARA, "srgb"),
        (SRGB_TABLE, "srgb"),
        (curv(), "linear"),
        (curv(round(2.2 * 256)), "gamma2.1992"),  # Adobe RGB (1998)
        (curv(round(1.8 * 256)), "gamma1.8008"),  # ProPhoto RGB
        (para(0, 2.4), "gamma2.4000"),
        (para(1, 2.0, 0.9, 0.1), None),
        # ends at 1, because the other engine makes it end there
        (para(2, 2.0, 0.9, 0.05, 0.0975), None),
        (para(4, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045, 0.0, 0.0), "srgb"),
        (S_SHAPED, None),
    ],
)
def test_a_profile_is_read_as_another_engine_reads_it(tag: bytes, name: str | None) -> None:
    tone = tone_of_profile(whole(tag))
    if name is not None:
        assert tone.transfer == name
    assert (tone.table is None) == (name is not None)
    # L* in 8 bits is rounded to 0.2, which is 0.006 of light near white; black is not compared, because the
    # engine may lift it
    np.testing.assert_allclose(
        light(tone, np.arange(8, 256)), by_little_cms(whole(tag))[8:], atol=0.007, rtol=0.02
    )


def test_little_cms_s_own_profile_is_srgb() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert tone_of_profile(profile).transfer == "srgb"


def test_grey_profiles_and_code_points_inside_profiles() -> None:
    assert tone_of_profile(icc({b"kTRC": curv(round(2.2 * 256))}, b"GRAY")).transfer.startswith("gamma2.199")
    hlg = icc(rgb(SRGB_PARA) | {b"cicp": b"cicp\0\0\0\0" + bytes([9, 18, 0, 1])})
    assert tone_of_profile(hlg).transfer == "hlg"


@pytest.mark.parametrize(
    ("profile", "why"),
    [
        (b"", "broken"),
        (b"x" * 200, "broken"),
        (icc(rgb(SRGB_PARA))[:150], "broken"),
        (icc({b"A2B0": b"mft2" + b"\0" * 60}), "no tone curve"),
        (icc({b"rTRC": curv(), b"gTRC": curv(512), b"bTRC": curv(512)}), "another tone curve for each"),
        (icc(rgb(curv()), b"CMYK"), "CMYK pictures"),
        (icc(rgb(curv(0, 65535, 0, 65535))), "does not rise"),
        (icc(rgb(curv(65535, 65535))), "does not rise"),
        (icc(rgb(para(9, 1.0))), "broken"),
        (icc(rgb(b"text\0\0\0\0")), "no tone curve"),
        (icc(rgb(b"curv\0\0\0\0\xff\xff\xff\xff")), "broken"),
    ],
)
def test_a_profile_that_tells_no_curve_is_refused_in_words(profile: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why) as refused:
        tone_of_profile(profile)
    assert "sRGB" in str(refused.value)


def test_code_points() -> None:
    assert tone_of_code_points(2) is None
    for point, name in ((13, "srgb"), (16, "pq"), (18, "hlg"), (1, "bt709"), (8, "linear")):
        tone = tone_of_code_points(point, full_range=False)
        assert tone is not None
        assert (tone.transfer, tone.limited) == (name, True)
    with pytest.raises(ValueError, match="not known here"):
        tone_of_code_points(9)


def test_gammas() -> None:
    assert tone_of_gamma(1.0).transfer == "linear"
    assert float(tone_of_gamma(1 / 0.45455).transfer.removeprefix("gamma")) == pytest.approx(2.2, abs=1e-3)
    for wrong in (0.0, 1e5, -1.0):
        with pytest.raises(ValueError, match="cannot be meant"):
            tone_of_gamma(wrong)
