#include "finding.h"

#include "llvm/Support/Base64.h"

using namespace llvm;

namespace heddle::tool {

std::string encodeBytes(StringRef bytes) { return encodeBase64(bytes); }

std::optional<std::string> decodeBytes(StringRef encoded) {
  std::vector<char> bytes;
  if (Error error = decodeBase64(encoded, bytes)) {
    consumeError(std::move(error));
    return std::nullopt;
  }
  return std::string(bytes.begin(), bytes.end());
}

json::Value toJSON(const Span &span) {
  return json::Array{span.file, span.offset, span.length};
}

bool fromJSON(const json::Value &value, Span &span, json::Path path) {
  const json::Array *array = value.getAsArray();
  if (!array || array->size() != 3) {
    path.report("expected a span");
    return false;
  }
  std::optional<uint64_t> offset = (*array)[1].getAsUINT64(),
                          length = (*array)[2].getAsUINT64();
  if (!offset || !length) {
    path.report("expected an offset and a length");
    return false;
  }
  span.offset = *offset;
  span.length = *length;
  return json::fromJSON((*array)[0], span.file, path.index(0));
}

json::Value toJSON(const Edit &edit) {
  return json::Object{{"where", edit.where}, {"text", encodeBytes(edit.text)}};
}

bool fromJSON(const json::Value &value, Edit &edit, json::Path path) {
  json::ObjectMapper map(value, path);
  if (!map || !map.map("where", edit.where) || !map.map("text", edit.text))
    return false;
  std::optional<std::string> text = decodeBytes(edit.text);
  if (!text) {
    path.field("text").report("expected base64");
    return false;
  }
  edit.text = std::move(*text);
  return true;
}

json::Value toJSON(const Fix &fix) {
  return json::Object{{"safe", fix.safe},
                      {"description", json::fixUTF8(fix.description)},
                      {"edits", fix.edits}};
}

bool fromJSON(const json::Value &value, Fix &fix, json::Path path) {
  json::ObjectMapper map(value, path);
  return map && map.map("safe", fix.safe) &&
         map.map("description", fix.description) && map.map("edits", fix.edits);
}

json::Value toJSON(const Message &message) {
  return json::Object{{"text", json::fixUTF8(message.text)},
                      {"where", message.where},
                      {"ranges", message.ranges}};
}

bool fromJSON(const json::Value &value, Message &message, json::Path path) {
  json::ObjectMapper map(value, path);
  return map && map.map("text", message.text) &&
         map.map("where", message.where) && map.map("ranges", message.ranges);
}

json::Value toJSON(const Finding &finding) {
  return json::Object{{"check", finding.check},
                      {"message", finding.message},
                      {"notes", finding.notes},
                      {"fixes", finding.fixes},
                      {"isError", finding.isError}};
}

bool fromJSON(const json::Value &value, Finding &finding, json::Path path) {
  json::ObjectMapper map(value, path);
  return map && map.map("check", finding.check) &&
         map.map("message", finding.message) &&
         map.map("notes", finding.notes) && map.map("fixes", finding.fixes) &&
         map.map("isError", finding.isError);
}

json::Value toJSON(const Problem &problem) {
  return json::Object{{"kind", problem.kind},
                      {"message", problem.message},
                      {"notes", problem.notes},
                      {"check", problem.check}};
}

bool fromJSON(const json::Value &value, Problem &problem, json::Path path) {
  json::ObjectMapper map(value, path);
  return map && map.map("kind", problem.kind) &&
         map.map("message", problem.message) &&
         map.map("notes", problem.notes) && map.map("check", problem.check);
}

json::Value toJSON(const Dependency &dependency) {
  return json::Object{{"file", dependency.file}, {"hash", dependency.hash}};
}

bool fromJSON(const json::Value &value, Dependency &dependency,
              json::Path path) {
  json::ObjectMapper map(value, path);
  return map && map.map("file", dependency.file) &&
         map.map("hash", dependency.hash);
}

json::Value toJSON(const UnitResult &result) {
  return json::Object{{"findings", result.findings},
                      {"problems", result.problems},
                      {"dependencies", result.dependencies}};
}

bool fromJSON(const json::Value &value, UnitResult &result, json::Path path) {
  json::ObjectMapper map(value, path);
  return map && map.map("findings", result.findings) &&
         map.map("problems", result.problems) &&
         map.map("dependencies", result.dependencies);
}

} // namespace heddle::tool
