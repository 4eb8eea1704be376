#include "framework/check_info.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

namespace heddle::checks {

const CheckInfo *findCheck(llvm::StringRef name) {
  const auto *found =
      llvm::find_if(allChecks(), [&](const RegisteredCheck &check) {
        return check.name == name;
      });
  return found == allChecks().end() ? nullptr : found->info;
}

llvm::StringRef spelling(Tier tier) {
  switch (tier) {
  case Tier::Bug:
    return "bug";
  case Tier::Cost:
    return "cost";
  case Tier::Advice:
    return "advice";
  }
  llvm_unreachable("not a tier");
}

llvm::StringRef spelling(Fix fix) {
  switch (fix) {
  case Fix::None:
    return "none";
  case Fix::Safe:
    return "S";
  case Fix::Review:
    return "R";
  case Fix::SafeOrReview:
    return "S/R";
  }
  llvm_unreachable("not a kind of fix");
}

llvm::StringRef spelling(OptionType type) {
  switch (type) {
  case OptionType::Flag:
    return "flag";
  case OptionType::Number:
    return "number";
  case OptionType::Text:
    return "text";
  }
  llvm_unreachable("not a type of option");
}

std::string pageHead(const RegisteredCheck &check) {
  const CheckInfo &info = *check.info;
  std::string head;
  llvm::raw_string_ostream out(head);
  out << "<!-- generated -->\n"
      << "# " << check.name << "\n\n"
      << info.summary << "\n\n"
      << "| tier | fix | seeds | since |\n"
      << "|---|---|---|---|\n"
      << "| " << spelling(info.tier) << " | " << spelling(info.fix) << " | "
      << info.seeds << " | " << info.since << " |\n";
  if (info.options.size() != 0) {
    out << "\n| option | type | default | meaning |\n|---|---|---|---|\n";
    for (const OptionInfo &option : info.options)
      out << "| `" << check.name << "." << option.name << "` | "
          << spelling(option.type) << " | `" << option.defaultValue << "` | "
          << option.doc << " |\n";
  }
  out << "<!-- /generated -->\n";
  return head;
}

} // namespace heddle::checks
