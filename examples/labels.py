# /// script
# dependencies = ["requests>=2.32", "pillow", "pyymal"]
# ///
"""Fetches a picture, and writes its label onto it. Nobody has vouched for this."""

import sys

import requests
import yaml
from PIL import Image, ImageDraw

if sys.version_info < (3, 11):
    import tomli as tomllib
else:
    import tomllib

from company.fonts import font


def label(settings: str) -> None:
    with open(settings, "rb") as file:
        names = tomllib.load(file)
    picture = Image.open(requests.get(names["picture"], stream=True).raw)
    ImageDraw.Draw(picture).text((10, 10), yaml.safe_load(names["label"]), font=font())
    picture.save("labelled.png")
