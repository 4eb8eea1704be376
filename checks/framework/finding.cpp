#include "framework/finding.h"

using namespace clang;
using llvm::StringRef;
using llvm::Twine;

namespace heddle::checks {

Finding &Finding::operator<<(const Twine &argument) {
  Message &message = messages.back();
  std::string placeholder = ("%" + Twine(message.arguments++)).str();
  size_t place = message.text.find(placeholder);
  assert(place != std::string::npos && "the message has no such argument");
  message.text.replace(place, placeholder.size(), argument.str());
  return *this;
}

Finding &Finding::operator<<(const NamedDecl *argument) {
  return *this << "'" + argument->getDeclName().getAsString() + "'";
}

Finding &Finding::operator<<(QualType argument) {
  return *this << "'" + argument.getAsString() + "'";
}

Finding &Finding::operator<<(unsigned argument) {
  return *this << Twine(argument);
}

Finding &Finding::note(SourceLocation location, StringRef text) {
  messages.push_back({location, text.str()});
  return *this;
}

Finding &Finding::covers(SourceLocation location) {
  covered.push_back(location);
  return *this;
}

Finding &Finding::causedAt(SourceLocation location) {
  causes.push_back(location);
  return *this;
}

Finding &Finding::fix(const Edits &edits) {
  messages.front().edits = edits;
  return *this;
}

Finding &Finding::review(SourceLocation location, StringRef text,
                         const Edits &edits) {
  if (edits)
    note(location, text).messages.back().edits = edits;
  return *this;
}

} // namespace heddle::checks
