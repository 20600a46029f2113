// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sallyport/control/v1/control.pb.h>

#include <optional>

#include "agent/service/operations.hpp"

namespace sallyport {

/// Our types as the API's messages.
void to_proto(const Receipt& receipt, control::v1::Receipt& out);
void to_proto(const Tenant& tenant, control::v1::Tenant& out);
void to_proto(const User& user, control::v1::User& out);
void to_proto(const KeyView& view, control::v1::Key& out);
void to_proto(const BanView& ban, control::v1::Ban& out);
void to_proto(const CidrEntry& entry, control::v1::Cidr& out);
void to_proto(const TableUse& table, control::v1::Table& out);
void to_proto(const StatusView& status, control::v1::Status& out);
void to_proto(const CountersView& counters, control::v1::Counters& out);
void to_proto(const TopView& view, control::v1::Top& out);
void to_proto(const Explanation& explanation, control::v1::Explanation& out);
void to_proto(const EventView& event, control::v1::Event& out);

/// nullopt: not a value that a request may have.
[[nodiscard]] std::optional<sp_mode> from_proto(control::v1::Mode mode);
[[nodiscard]] std::optional<Lifecycle> from_proto(control::v1::Lifecycle state);
[[nodiscard]] std::optional<CidrAction> from_proto(control::v1::CidrAction action);
/// False: not a value that a request may have. Unspecified, which is any, empties `out`.
[[nodiscard]] bool from_proto(control::v1::KeyState state, std::optional<Standing>& out);

}  // namespace sallyport
