"""Pictures through a codec and back, by FFmpeg."""

import io

import av
import numpy as np


def coded(pictures: list[np.ndarray], codec: str, **options: str) -> list[np.ndarray]:
    """8-bit luma of limited range, shape (rows, columns) with even sides, encoded and decoded."""
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as out:
        stream = out.add_stream(codec, rate=25, options=options)
        stream.height, stream.width = pictures[0].shape
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for picture in pictures:
            out.mux(stream.encode(_frame(picture, stream.pix_fmt)))
        out.mux(stream.encode())
    file.seek(0)
    with av.open(file) as back:
        return [_luma(frame) for frame in back.decode(video=0)]


def _frame(picture: np.ndarray, pix_fmt: str) -> av.VideoFrame:
    rows, columns = picture.shape
    planes = np.full((rows * 3 // 2, columns), 128, np.uint8)
    planes[:rows] = picture
    return av.VideoFrame.from_ndarray(planes, format=pix_fmt)


def _luma(frame: av.VideoFrame) -> np.ndarray:
    plane = frame.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width].copy()
