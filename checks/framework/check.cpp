#include "framework/check.h"

#include "framework/session.h"
#include "model/roles.h"
#include "rewrite/inclusions.h"

#include "clang/ASTMatchers/ASTMatchers.h"
#include "clang/ASTMatchers/ASTMatchersInternal.h"
#include "clang/Lex/PPCallbacks.h"
#include "clang/Lex/Preprocessor.h"
#include "llvm/Support/PrettyStackTrace.h"

using namespace clang;
using namespace clang::tidy;
using llvm::StringRef;

namespace heddle::checks {
namespace {

/// Never matches. It is how a check gets hold of the ASTContext also where a
/// host shows it only some of the declarations.
class FindContext : public ast_matchers::internal::MatcherInterface<Decl> {
public:
  explicit FindContext(std::shared_ptr<Session> session)
      : session(std::move(session)) {}

  bool matches(const Decl &, ast_matchers::internal::ASTMatchFinder *finder,
               ast_matchers::internal::BoundNodesTreeBuilder *) const override {
    session->ast = &finder->getASTContext();
    return false;
  }

private:
  std::shared_ptr<Session> session;
};

const OptionInfo *findOption(const CheckInfo &info, StringRef name) {
  for (const OptionInfo &option : info.options)
    if (option.name == name)
      return &option;
  return nullptr;
}

std::optional<bool> parseFlag(StringRef value) {
  if (value == "true" || value == "1")
    return true;
  if (value == "false" || value == "0")
    return false;
  return std::nullopt;
}

} // namespace

Check::Check(StringRef name, ClangTidyContext *context)
    : ClangTidyCheck(name, context), info(*findCheck(name)),
      session(Session::join(*context)) {
  session->enter(*this);
  validateOptions(*context);
}

Check::~Check() = default;

bool Check::isLanguageVersionSupported(const LangOptions &options) const {
  return options.CPlusPlus;
}

void Check::validateOptions(const ClangTidyContext &context) {
  auto complain = [&](const llvm::Twine &text) {
    configurationDiag("%0", DiagnosticIDs::Error) << text.str();
  };
  std::string prefix = (StringRef(getID()) + ".").str();
  for (const auto &item : context.getOptions().CheckOptions) {
    StringRef key = item.getKey(), value = item.getValue().Value;
    if (session->leads(*this) && key.starts_with("heddle.")) {
      if (key != "heddle.Roles") {
        complain("unknown option '" + key + "'");
      } else if (auto roles = Roles::parse(value)) {
        session->roles = value.str();
      } else {
        complain("option 'heddle.Roles': " + llvm::toString(roles.takeError()));
      }
    }
    if (!key.consume_front(prefix))
      continue;
    const OptionInfo *option = findOption(info, key);
    unsigned ignored;
    if (!option)
      complain("unknown option '" + prefix + key + "'");
    else if (option->type == OptionType::Flag && !parseFlag(value))
      complain("option '" + prefix + key + "' takes true or false, not '" +
               value + "'");
    else if (option->type == OptionType::Number &&
             value.getAsInteger(10, ignored))
      complain("option '" + prefix + key + "' takes a number, not '" + value +
               "'");
  }
}

void Check::storeOptions(ClangTidyOptions::OptionMap &map) {
  for (const OptionInfo &option : info.options)
    Options.store(map, option.name, text(option.name));
}

StringRef Check::text(StringRef name) const {
  const OptionInfo *option = findOption(info, name);
  assert(option && "the check's CheckInfo does not name this option");
  return Options.get(name, option->defaultValue);
}

bool Check::flag(StringRef name) const {
  auto value = parseFlag(text(name));
  return value ? *value : *parseFlag(findOption(info, name)->defaultValue);
}

unsigned Check::number(StringRef name) const {
  unsigned value = 0;
  if (text(name).getAsInteger(10, value))
    findOption(info, name)->defaultValue.getAsInteger(10, value);
  return value;
}

void Check::registerPPCallbacks(const SourceManager &sm, Preprocessor *pp,
                                Preprocessor *) {
  if (session->leads(*this))
    pp->addPPCallbacks(recordInclusions(sm, session->inclusions));
}

void Check::registerMatchers(ast_matchers::MatchFinder *finder) {
  // Any matcher makes the finder call back at the end of the unit.
  finder->addMatcher(ast_matchers::translationUnitDecl(), this);
  if (session->leads(*this))
    finder->addMatcher(
        ast_matchers::DeclarationMatcher(new FindContext(session)), this);
}

void Check::onEndOfTranslationUnit() {
  llvm::PrettyStackTraceFormat trace("Checking %s", getID().str().c_str());
  if (session->ast)
    checkUnit();
  session->leave();
}

Unit &Check::unit() const { return session->unit(); }
const Source &Check::source() const { return session->source(); }

Finding &Check::diag(SourceLocation location, StringRef text) {
  return session->add(*this, location, text);
}

Finding &Check::note(SourceLocation location, StringRef text) {
  return session->last().note(location, text);
}

void FunctionCheck::checkUnit() {
  for (const Function *function : unit().functions()) {
    enter(function);
    checkFunction(*function);
  }
  enter(nullptr);
}

} // namespace heddle::checks
