#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# xdp-filter and Sallyport on one interface, with libxdp's dispatcher, which needs freplace.
. "$(dirname "$0")/../../guest/lib.sh"
. "$(dirname "$0")/../../guest/stories.sh"
play shares_the_interface_with_xdp_filter
