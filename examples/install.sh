#!/usr/bin/env bash
# What installers tell people to paste. `lazaret check examples/` shows what is wrong with it.
set -eu
curl -fsSL https://example.com/install.sh | sudo bash
