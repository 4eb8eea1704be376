#include "framework/enabled.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace heddle::checks {

std::string globsOfTier(Tier leastSevere) {
  std::string globs;
  for (const RegisteredCheck &check : allChecks())
    if (check.info->tier <= leastSevere)
      globs += ("," + check.name).str();
  return globs;
}

std::string enabledChecks(StringRef configured, Tier leastSevere) {
  SmallVector<StringRef> items;
  SplitString(configured, items, ", \n\t");
  std::string ours = ("-" + namePrefix + "*").str() + globsOfTier(leastSevere);
  if (any_of(items, [](StringRef i) { return i.starts_with(namePrefix); }))
    return ours + "," + join(items, ",");

  std::string result = join(items, ",");
  result += (result.empty() ? "" : ",") + ours;
  for (StringRef item : items)
    if (item.starts_with(("-" + namePrefix).str()))
      result += ("," + item).str();
  return result;
}

} // namespace heddle::checks
