/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parser of the outer door on the host: no read outside the readable part, and a frame
 * that is cut off never yields another connection than the whole one (promise 1).
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/lib/parse.h"

static enum sp_parse parse_prefix(const uint8_t* data, size_t readable, size_t length,
                                  struct sp_packet* packet) {
  uint8_t* copy = malloc(readable + 2);
  struct sp_frame frame = {
      .data = copy + 2, .end = copy + 2 + readable, .length = length, .packets = 1};
  enum sp_parse result;
  __be16 protocol = 0;
  void* at = NULL;

  if (!copy) abort();
  memcpy(copy + 2, data, readable); /* as NET_IP_ALIGN: the IP header is aligned */
  memset(packet, 0, sizeof(*packet));
  result = sp_parse_link(&frame, &at, &protocol);
  if (result == SP_PARSE_OK) {
    result = protocol == bpf_htons(ETH_P_IP)     ? sp_parse_v4(&frame, at, packet)
             : protocol == bpf_htons(ETH_P_IPV6) ? sp_parse_v6(&frame, at, packet)
                                                 : SP_PARSE_NOT_IP;
  }
  /* From where the frame begins, so that two copies can be compared. */
  if (result == SP_PARSE_OK)
    packet->headers_end = (void*)(uintptr_t)((uint8_t*)packet->headers_end - (copy + 2));
  free(copy);
  return result;
}

static void require(int holds, const char* property) {
  if (holds) return;
  fprintf(stderr, "property violated: %s\n", property);
  abort();
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  struct sp_packet whole, cut;
  enum sp_parse result = parse_prefix(data, size, size, &whole);

  if (result != SP_PARSE_OK) return 0;
  require(size >= (whole.is_udp ? 42 : 54), "an Ethernet, an IP and a transport header fit");
  for (size_t readable = 0; readable < size; readable++) {
    if (readable == 256) break;
    if (parse_prefix(data, readable, size, &cut) == SP_PARSE_OK)
      require(!memcmp(&whole, &cut, sizeof(cut)), "a cut frame says the same");
    if (parse_prefix(data, readable, readable, &cut) == SP_PARSE_OK)
      require(!memcmp(&whole, &cut, sizeof(cut)), "so does a padded one");
  }
  return 0;
}
