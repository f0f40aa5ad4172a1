#!/usr/bin/env python3
"""Writes images.json: small image files of every form that graft reads, and their pixels as Pillow 13 reads them.

    pip install pillow==13.0.0 pillow-heif==1.8.1 pillow-jxl-plugin numpy
    image_goldens.py > images.json

Pixels are `ImageOps.exif_transpose(image)`, in RGB, over white where the picture is transparent. Two rules are graft's
own: 16-bit grey is v / 257, rounded (Pillow cuts it off at 255), and 16-bit colours too (Pillow takes the high byte).
"""

import io
import json
import struct
import sys
import zlib

import numpy as np
import pillow_heif
import pillow_jxl  # noqa: F401 (makes Pillow read and write JPEG XL)
from PIL import Image, ImageOps

pillow_heif.register_heif_opener()

random = np.random.default_rng(14)
WIDTH, HEIGHT = 13, 7
RGB = random.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
SMOOTH = np.stack([np.add.outer(np.arange(24) * 5, np.arange(32) * 3) % 256] * 3, axis=2).astype(np.uint8)
INDICES = random.integers(0, 16, (HEIGHT, WIDTH), dtype=np.uint8)
INDICES[2:4, 3:9] = 5  # runs
PALETTE = random.integers(0, 256, (16, 3), dtype=np.uint8)


def saved(image, form, **options):
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


# --- BMP --------------------------------------------------------------------------------------------------------------

def bmp(bits, compression, behind_header, data, height=HEIGHT):
    header = struct.pack("<IiiHHIIiiII", 40, WIDTH, height, 1, bits, compression, len(data), 2835, 2835,
                         16 if bits in (4, 8) else 0, 0)
    offset = 14 + len(header) + len(behind_header)
    return b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset) + header + behind_header + data


def padded_rows(rows):
    return b"".join(row + bytes(-len(row) % 4) for row in rows)


def colours():
    return b"".join(bytes([b, g, r, 0]) for r, g, b in PALETTE)


def run_lengths_8():
    data = b""
    for row in INDICES[::-1]:
        at = 0
        while at < WIDTH:
            run = 1
            while at + run < WIDTH and row[at + run] == row[at]:
                run += 1
            if run > 1 or WIDTH - at < 3:
                data += bytes([run, row[at]])
                at += run
            else:  # three literal pixels, padded to an even number of bytes
                data += bytes([0, 3, *row[at:at + 3], 0])
                at += 3
        data += b"\0\0"
    return data[:-2] + b"\0\1"


def run_lengths_4():
    data = b""
    for row in INDICES[::-1]:
        pairs = [(row[i] << 4) | (row[i + 1] if i + 1 < WIDTH else 0) for i in range(0, WIDTH, 2)]
        data += bytes([0, 10, *pairs[:5], 0])  # ten literal pixels in five bytes, padded
        data += bytes([2, pairs[5], 1, pairs[6]]) + b"\0\0"
    return data + b"\0\1"


def masked(dtype, red, green, blue):
    channels = [np.uint64(RGB[..., i]) for i in range(3)]
    value = sum((channel * np.uint64(high) // np.uint64(255)) << np.uint64(shift)
                for channel, (high, shift) in zip(channels, (red, green, blue)))
    return padded_rows(row.astype(dtype).tobytes() for row in value[::-1])


def bmp_files():
    nibbles = padded_rows(bytes((row[i] << 4) | (row[i + 1] if i + 1 < WIDTH else 0) for i in range(0, WIDTH, 2))
                          for row in INDICES[::-1])
    yield "bmp 24", saved(Image.fromarray(RGB), "BMP")
    yield "bmp 1", saved(Image.fromarray(RGB).convert("1"), "BMP")
    yield "bmp 8 grey", saved(Image.fromarray(RGB).convert("L"), "BMP")
    yield "bmp 8", bmp(8, 0, colours(), padded_rows(row.tobytes() for row in INDICES[::-1]))
    yield "bmp 8 top down", bmp(8, 0, colours(), padded_rows(row.tobytes() for row in INDICES), -HEIGHT)
    yield "bmp 4", bmp(4, 0, colours(), nibbles)
    yield "bmp rle8", bmp(8, 1, colours(), run_lengths_8())
    yield "bmp rle4", bmp(4, 2, colours(), run_lengths_4())
    jump = b"\x04\x03\0\0" + b"\0\2\x02\x01" + b"\x0b\x07\0\0" + b"\x0d\x01\0\0" * (HEIGHT - 3) + b"\0\1"
    yield "bmp rle8 with a jump", bmp(8, 1, colours(), jump)
    yield "bmp 555", bmp(16, 0, b"", masked("<u2", (31, 10), (31, 5), (31, 0)))
    yield "bmp 565", bmp(16, 3, struct.pack("<III", 0xf800, 0x7e0, 0x1f), masked("<u2", (31, 11), (63, 5), (31, 0)))
    yield "bmp 32", bmp(32, 0, b"", masked("<u4", (255, 16), (255, 8), (255, 0)))
    yield "bmp 32 masks", bmp(32, 3, struct.pack("<III", 0xff000000, 0xff0000, 0xff00),
                              masked("<u4", (255, 24), (255, 16), (255, 8)))


# --- Netpbm -----------------------------------------------------------------------------------------------------------

def netpbm_files():
    bits = RGB[..., 0] > 127
    yield "pbm text", b"P1 # a comment\n13 7\n" + "\n".join("".join(str(int(b)) for b in row) for row in bits).encode()
    yield "pbm", b"P4\n13 7\n" + np.packbits(bits, axis=1).tobytes()
    yield "pgm text", b"P2\n13 7\n9\n" + " ".join(str(v % 10) for v in RGB[..., 1].flatten()).encode()
    yield "pgm", b"P5\n# one\n13 7\n255\n" + RGB[..., 1].tobytes()
    yield "pgm to 100", b"P5 13 7 100\n" + (RGB[..., 1] % 101).tobytes()
    yield "ppm text", b"P3\n13 7\n255\n" + " ".join(map(str, RGB.flatten())).encode()
    yield "ppm", b"P6\n13 7\n255\n" + RGB.tobytes()
    yield "ppm of 16 bits", b"P6\n13 7\n65535\n" + (RGB.astype(">u2") * 251).astype(">u2").tobytes()


# --- TIFF -------------------------------------------------------------------------------------------------------------

def tiff(array, photometric, extra=None, order="<", **tags):
    """One strip, not compressed. `extra`: what the samples behind the colours mean."""
    height, width = array.shape[:2]
    samples = array.shape[2] if array.ndim == 3 else 1
    data = array.astype(array.dtype.newbyteorder(order)).tobytes()
    bits = array.dtype.itemsize * 8
    arrays, entries = b"", []

    def add(tag, kind, values):
        nonlocal arrays
        packed = b"".join(struct.pack(order + {3: "H", 4: "I"}[kind], value) for value in values)
        if len(packed) > 4:
            arrays += packed
            packed = struct.pack(order + "I", 8 + len(data) + len(arrays) - len(packed))
        entries.append(struct.pack(order + "HHI", tag, kind, len(values)) + packed.ljust(4, b"\0"))

    for tag, kind, values in sorted([
            (256, 4, [width]), (257, 4, [height]), (258, 3, [bits] * samples), (259, 3, [1]), (262, 3, [photometric]),
            (273, 4, [8]), (277, 3, [samples]), (278, 4, [height]), (279, 4, [len(data)]),
            *([(338, 3, extra)] if extra else []), *((int(tag[1:]), 3, value) for tag, value in tags.items())]):
        add(tag, kind, values)
    head = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(order + "I", 8 + len(data) + len(arrays))
    return head + data + arrays + struct.pack(order + "H", len(entries)) + b"".join(entries) + bytes(4)


def tiff_files():
    fourth = np.dstack([RGB, random.integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8)])
    deep = random.integers(0, 65536, (HEIGHT, WIDTH, 4), dtype=np.uint16)
    fifth = np.dstack([fourth, fourth[..., 3]])
    yield "tiff", saved(Image.fromarray(RGB), "TIFF")
    yield "tiff lzw", saved(Image.fromarray(RGB), "TIFF", compression="tiff_lzw")
    yield "tiff deflate", saved(Image.fromarray(RGB), "TIFF", compression="tiff_adobe_deflate")
    yield "tiff of one bit", saved(Image.fromarray(RGB).convert("1"), "TIFF")
    yield "tiff with a palette", saved(Image.fromarray(RGB).convert("P"), "TIFF")
    yield "tiff with an unspecified sample", tiff(fourth, 2, [0])
    yield "tiff with an untagged sample", tiff(fourth, 2)
    yield "tiff with two unspecified samples", tiff(fifth, 2, [0, 0])
    rounded = ((deep[..., :3].astype(np.int64) + 128) // 257).astype(np.uint8)
    yield "tiff of 16 bits with an unspecified sample", tiff(deep, 2, [0]), rounded
    yield "tiff, grey with an unspecified sample", tiff(fourth[..., 2:], 1, [0])
    yield "tiff with alpha", tiff(fourth, 2, [2])
    yield "tiff of 16 bits", tiff(deep[..., :3], 2), rounded
    yield "tiff of 16-bit grey", tiff(deep[..., 0], 1)
    yield "tiff of 16-bit grey, big-endian", tiff(deep[..., 0], 1, order=">")
    yield "tiff of 16-bit grey, white is zero", tiff(deep[..., 0], 0)
    yield "tiff turned", tiff(RGB, 2, t274=[6])


# --- PNG, WebP, GIF, AVIF, JPEG ---------------------------------------------------------------------------------------

def exif_of(kind, orientation):
    return b"Exif\0\0II*\0" + struct.pack("<IHHHII", 8, 1, 0x112, kind, 1, orientation) + bytes(4)


XMP = (b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
       b'<rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="8"/>'
       b"</rdf:RDF></x:xmpmeta>")


def interlaced(array):
    """A PNG in Adam7's order, which Pillow does not write."""
    height, width, channels = array.shape

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    rows = b"".join(b"\0" + row.astype(array.dtype.newbyteorder(">")).tobytes()
                    for top, left, down, right in passes for row in array[top::down, left::right] if row.size)
    header = struct.pack(">IIBBBBB", width, height, array.dtype.itemsize * 8, {3: 2, 4: 6}[channels], 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def other_files():
    image = Image.fromarray(RGB)
    alpha = Image.fromarray(np.dstack([RGB, np.roll(RGB[..., 0], 3)]))
    palette = image.convert("P")
    for bits in (1, 2, 4):
        yield f"png with a palette of {bits} bits", saved(image.quantize(1 << bits), "PNG", bits=bits)
    yield "png", saved(image, "PNG")
    yield "png grey", saved(image.convert("L"), "PNG")
    yield "png of 16-bit grey", saved(Image.fromarray(random.integers(0, 65536, (HEIGHT, WIDTH), dtype=np.uint16)), "PNG")
    yield "png grey with alpha", saved(alpha.convert("LA"), "PNG")
    yield "png with alpha", saved(alpha, "PNG")
    yield "png with a transparent colour", saved(palette, "PNG", transparency=3)
    yield "png interlaced", interlaced(RGB)
    yield "png interlaced with alpha", interlaced(np.dstack([RGB, RGB[..., 0]]))
    yield "webp", saved(image, "WEBP", lossless=True)
    yield "webp lossy", saved(Image.fromarray(SMOOTH), "WEBP", quality=70)
    yield "webp with alpha", saved(alpha, "WEBP", lossless=True, exact=True)
    yield "webp turned by its xmp", saved(image, "WEBP", lossless=True, xmp=XMP)
    yield "gif", saved(palette, "GIF")
    yield "gif interlaced", saved(Image.fromarray(SMOOTH).convert("P"), "GIF", interlace=1)
    yield "avif", saved(Image.fromarray(SMOOTH), "AVIF", quality=90, subsampling="4:4:4")
    yield "avif turned", saved(Image.fromarray(SMOOTH), "AVIF", quality=90, subsampling="4:4:4",
                               exif=exif_of(3, 6)[6:])
    photo = Image.fromarray(SMOOTH)
    yield "heic", saved(photo, "HEIF", quality=90, chroma=444)
    yield "heic turned", saved(photo, "HEIF", quality=90, chroma=444, exif=exif_of(3, 6)[6:])
    yield "jpeg xl", saved(image, "JXL", lossless=True)
    yield "jpeg xl grey", saved(image.convert("L"), "JXL", lossless=True)
    yield "jpeg xl with alpha", saved(alpha, "JXL", lossless=True)
    yield "jpeg xl lossy", saved(photo, "JXL", quality=90)
    yield "jpeg", saved(photo, "JPEG", quality=85)
    yield "jpeg progressive", saved(photo, "JPEG", quality=85, progressive=True, subsampling=0)
    yield "jpeg cmyk", saved(photo.convert("CMYK"), "JPEG", quality=90)
    yield "jpeg turned, a short", saved(photo, "JPEG", exif=exif_of(3, 6))
    yield "jpeg turned, a long", saved(photo, "JPEG", exif=exif_of(4, 6))
    yield "jpeg whose turn is a byte, which does not count", saved(photo, "JPEG", exif=exif_of(1, 3))
    yield "jpeg turned by its xmp", saved(photo, "JPEG", xmp=XMP)
    yield "jpeg with exif against xmp", saved(photo, "JPEG", exif=exif_of(3, 3), xmp=XMP)


def pixels_of(content):
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
    if image.mode.startswith("I;16"):
        grey = ((np.asarray(image).astype(np.int64) + 128) // 257).astype(np.uint8)
        return np.dstack([grey] * 3)
    if "transparency" in image.info or image.mode in ("LA", "PA", "RGBA"):
        rgba = np.asarray(image.convert("RGBA")).astype(np.int64)
        return ((rgba[..., :3] * rgba[..., 3:] + 255 * (255 - rgba[..., 3:]) + 127) // 255).astype(np.uint8)
    return np.asarray(image.convert("RGB"))


def golden(name, content, pixels=None):
    if pixels is not None:
        pass
    elif "untagged" in name:  # Pillow takes it for alpha, but without blending: convert("RGB")
        pixels = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    elif name == "tiff of 16-bit grey, white is zero":  # Pillow gives it as it is stored
        pixels = 255 - pixels_of(content)
    else:
        pixels = pixels_of(content)
    return {"name": name, "file": content.hex(), "height": pixels.shape[0], "width": pixels.shape[1],
            "rgb": pixels.tobytes().hex()}


def main():
    files = [golden(*file) for source in (bmp_files, netpbm_files, tiff_files, other_files) for file in source()]
    json.dump(files, sys.stdout, indent=0)
    print()


if __name__ == "__main__":
    main()
