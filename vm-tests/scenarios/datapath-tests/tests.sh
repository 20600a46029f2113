#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every test of the datapath there is. Long under emulation.
. "$(dirname "$0")/../../guest/lib.sh"
. "$(dirname "$0")/../../guest/gtest.sh"
run_list "$(dirname "$0")/tests.txt"
