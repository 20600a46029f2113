#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The tests of the datapath that a kernel can make a difference to, in few minutes: the verifier takes
# the programs, they judge as the reference does, departure times are given, and the dispatcher's
# tests run, which need a kernel with freplace. tests.txt says which. Then the one story that needs a
# real fq to see whether it keeps to those times.
. "$(dirname "$0")/../../guest/lib.sh"
. "$(dirname "$0")/../../guest/gtest.sh"
. "$(dirname "$0")/../../guest/stories.sh"
outcome=0
run_list "$(dirname "$0")/tests.txt" || outcome=1
play egress_departs_by_fq || outcome=1
exit "$outcome"
