// SPDX-License-Identifier: Apache-2.0
#include "control/cli/manual.hpp"

namespace sallyport {
namespace {

/// Text for roff: backslashes, hyphens and a leading control character are escaped.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  if (!out.empty() && (out.front() == '.' || out.front() == '\'')) out.insert(0, "\\&");
  return out;
}

void describe(const Parameter& parameter, std::string& out) {
  out += ".TP\n\\fB" + escaped(usage_of(parameter)) + "\\fR\n" + escaped(parameter.help);
  if (!parameter.choices.empty()) out += " (" + escaped(parameter.choices) + ")";
  if (!parameter.fallback.empty()) out += "; default: " + escaped(parameter.fallback);
  out += "\n";
}

void describe(const Command& command, std::string& out) {
  out += ".SS \"sallyport " + escaped(command.path);
  for (const auto& parameter : command.parameters) {
    if (parameter.kind == Parameter::Kind::kPositional) out += " " + escaped(parameter.name);
  }
  out += "\"\n" + escaped(command.summary) + ".\n";
  if (!command.details.empty()) out += escaped(command.details) + "\n";
  for (const auto& parameter : command.parameters) describe(parameter, out);
}

constexpr std::string_view kHead =
    R"(.TH SALLYPORT 8 "" "sallyport )" SALLYPORT_VERSION R"(" "Sallyport"
.SH NAME
sallyport \- run the edge filter for API keys
.SH SYNOPSIS
.B sallyport
[\fIOPTIONS\fR] \fICOMMAND\fR [\fIARGUMENTS\fR]
.SH DESCRIPTION
Talks to the agent,
.BR sallyportd ,
over its control socket. A command that changes something returns when the store, the kernel's
tables and the terminator have it, and prints how long each took.
.SH OPTIONS
)";

constexpr std::string_view kTail = R"(.SH EXIT STATUS
.TP
.B 0
done
.TP
.B 1
a negative answer: no such thing, it exists already, it is refused
.TP
.B 2
an error: wrong usage, the agent cannot be reached
.SH ENVIRONMENT
.TP
.B SALLYPORT_SOCKET
the control socket, where \-\-socket is not given
.SH FILES
.TP
.I /run/sallyport/control.sock
the control socket; its file permissions decide who may call
.SH EXAMPLES
.nf
sallyport tenant create acme
sallyport user create acme/alice
sallyport key create acme/alice \-\-limit 100/s \-q > alice.key
sallyport key list \-\-user alice \-o json
sallyport key revoke Xy12AbCd \-\-reason leaked
.fi
)";

}  // namespace

std::string usage_of(const Parameter& parameter) {
  std::string text;
  for (const char c : parameter.name) {
    text += c;
    if (c == ',') text += ' ';
  }
  if (!parameter.placeholder.empty()) text += " " + std::string(parameter.placeholder);
  return text;
}

std::string_view long_name(std::string_view name) {
  const auto comma = name.find(',');
  return comma == std::string_view::npos ? name : name.substr(comma + 1);
}

std::string make_man_page() {
  std::string page(kHead);
  for (const auto& parameter : global_parameters()) describe(parameter, page);
  page += ".SH COMMANDS\n";
  for (const auto& command : commands()) describe(command, page);
  page += kTail;
  return page;
}

}  // namespace sallyport
