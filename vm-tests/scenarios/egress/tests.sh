#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A real fq keeps to the departure times that our program gives.
. "$(dirname "$0")/../../guest/lib.sh"
. "$(dirname "$0")/../../guest/stories.sh"
play egress_departs_by_fq key_over_its_egress_rate
