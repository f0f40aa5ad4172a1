"""The same augmentation with Pillow, the cheapest way to Keras's picture: nearest resize, one affine warp."""
import math
import random

SIDE = 224


def affine():
    """One draw as the map from output to input pixels, about the centre: rotation, shift, shear, zoom."""
    import numpy

    def draw(spread):
        return random.uniform(-spread, spread)

    turn, shear = math.radians(draw(20)), math.radians(draw(0.2))
    rotation = [[math.cos(turn), -math.sin(turn), 0], [math.sin(turn), math.cos(turn), 0], [0, 0, 1]]
    shift = [[1, 0, SIDE * draw(0.2)], [0, 1, SIDE * draw(0.2)], [0, 0, 1]]
    sheared = [[math.cos(shear), 0, 0], [-math.sin(shear), 1, 0], [0, 0, 1]]
    zoom = numpy.diag([1 + draw(0.2), 1 + draw(0.2), 1])
    centre = (SIDE - 1) / 2
    to, back = numpy.eye(3), numpy.eye(3)
    to[:2, 2], back[:2, 2] = centre, -centre
    return to @ numpy.array(rotation) @ numpy.array(shift) @ numpy.array(sheared) @ zoom @ back


def load(path, augment):
    """JPEG file -> uint8 [224,224,3]."""
    import numpy
    from PIL import Image

    image = Image.open(path).convert("RGB").resize((SIDE, SIDE), Image.NEAREST)
    if augment:
        image = image.transform((SIDE, SIDE), Image.AFFINE, affine()[:2].ravel(), Image.BILINEAR)
        if random.random() < 0.5:
            image = image.transpose(Image.FLIP_LEFT_RIGHT)
    return numpy.array(image)
