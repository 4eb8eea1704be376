#include "messages.h"

#include "page_url.h"

#include "framework/check.h"
#include "framework/enabled.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace heddle::tool {
namespace {

StringRef text(const json::Object &object, StringRef key) {
  return object.getString(key).value_or("");
}

bool isOurs(const json::Object &diagnostic) {
  return checks::findCheck(text(diagnostic, "code"));
}

} // namespace

void refineDiagnostic(json::Object &diagnostic) {
  if (!isOurs(diagnostic))
    return;
  if (std::optional<std::string> url = pageUrl(text(diagnostic, "code")))
    diagnostic["codeDescription"] = json::Object{{"href", *url}};
  else
    diagnostic.erase("codeDescription");
}

void refineCodeAction(json::Object &action) {
  json::Array *solved = action.getArray("diagnostics");
  if (!solved || solved->size() != 1)
    return;
  json::Object *diagnostic = solved->front().getAsObject();
  if (!diagnostic || !isOurs(*diagnostic))
    return;
  refineDiagnostic(*diagnostic);

  StringRef title = text(action, "title");
  if (title.ends_with(checks::reviewMark)) {
    action.erase("isPreferred");
  } else if (!title.contains("NOLINT")) {
    // clangd would describe it by a part of the text that it replaces.
    auto [message, fixAvailable] = text(*diagnostic, "message").rsplit(" (fix");
    action["title"] = ("Fix: " + message).str();
    action["isPreferred"] = true;
  }
}

} // namespace heddle::tool
