#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The client of the story that edge.sh tells.
. "$(dirname "$0")/../../guest/lib.sh"
. "$(dirname "$0")/../../guest/pair.sh"
serve_the_edge
