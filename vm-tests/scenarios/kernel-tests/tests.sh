#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The tests of the datapath that a kernel can make a difference to, in few minutes: the verifier takes
# the programs, they judge as the reference does, departure times are given, and the dispatcher's
# tests run, which need a kernel with freplace. tests.txt says which.
. "$(dirname "$0")/../../guest/lib.sh"
. "$(dirname "$0")/../../guest/gtest.sh"
run_list "$(dirname "$0")/tests.txt"
