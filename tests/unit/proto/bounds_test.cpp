// SPDX-License-Identifier: Apache-2.0
#include "control/proto/bounds.hpp"

#include <sallyport/control/v1/control.pb.h>

#include <gtest/gtest.h>

namespace sallyport::test {
namespace {

control::v1::CreateKeyRequest request_with_note(std::string note) {
  control::v1::CreateKeyRequest request;
  request.set_note(std::move(note));
  return request;
}

TEST(BoundsTest, EveryTextOfARequestHasALimit) {
  const auto& file = *control::v1::CreateKeyRequest::descriptor()->file();
  for (int i = 0; i < file.message_type_count(); ++i) {
    const auto& type = *file.message_type(i);
    if (!type.name().ends_with("Request")) continue;
    for (int at = 0; at < type.field_count(); ++at) {
      const auto& field = *type.field(at);
      EXPECT_FALSE(field.is_repeated()) << field.full_name();
      EXPECT_NE(field.cpp_type(), google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE);
      if (field.cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_STRING) continue;
      EXPECT_GT(field.options().GetExtension(control::v1::max_bytes), 0U) << field.full_name();
    }
  }
}

TEST(BoundsTest, TextMayBeAsLongAsItsLimitAndNoLonger) {
  EXPECT_EQ(out_of_bounds(request_with_note(std::string(256, 'x'))), std::nullopt);
  EXPECT_EQ(out_of_bounds(request_with_note(std::string(257, 'x'))),
            "note is too long: 257 bytes, at most 256");
}

TEST(BoundsTest, TextIsUtf8) {
  for (const auto* good : {"", "plain", "gr\xc3\xbc\xc3\x9f", "\xe2\x82\xac", "\xf0\x9f\x94\x91",
                           "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(out_of_bounds(request_with_note(good)), std::nullopt) << good;
  }
  for (const auto* bad :
       {"\x80", "\xff", "\xc3", "\xc3(", "\xc0\xaf", "\xe0\x80\xaf", "\xe2\x82", "\xed\xa0\x80",
        "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "a\xe2\x28\xa1"}) {
    EXPECT_EQ(out_of_bounds(request_with_note(bad)), "note is not UTF-8");
  }
}

TEST(BoundsTest, TimesBeginIn1970) {
  control::v1::CreateKeyRequest request;
  EXPECT_EQ(out_of_bounds(request), std::nullopt);
  request.set_expires_at(-1);
  EXPECT_EQ(out_of_bounds(request), "expires_at is before 1970");
}

}  // namespace
}  // namespace sallyport::test
