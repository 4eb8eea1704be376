#include "emitter.h"

#include "clang/Basic/SourceManager.h"

using namespace clang;
using namespace clang::tidy;
using llvm::StringRef;

namespace heddle::tool {

SourceLocation Emitter::locate(StringRef file, unsigned offset) {
  auto entry = sources.getFileManager().getOptionalFileRef(file);
  if (file.empty() || !entry)
    return {};
  FileID id = sources.getOrCreateFileID(*entry, SrcMgr::C_User);
  return sources.getComposedLoc(id, offset);
}

void Emitter::report(unsigned id, const tooling::DiagnosticMessage &message,
                     StringRef label) {
  DiagnosticBuilder builder =
      engine.Report(locate(message.FilePath, message.FileOffset), id);
  builder << message.Message << label;
  for (const tooling::FileByteRange &each : message.Ranges)
    if (SourceLocation begin = locate(each.FilePath, each.FileOffset);
        begin.isValid())
      builder << CharSourceRange::getCharRange(
          begin, begin.getLocWithOffset(each.Length));
}

void Emitter::emit(const ClangTidyError &finding) {
  const checks::CheckInfo *check = checks::findCheck(finding.DiagnosticName);
  bool isError = finding.IsWarningAsError ||
                 finding.DiagLevel == ClangTidyError::Error ||
                 (check && failOn && check->tier <= *failOn);
  if (!isError && engine.getIgnoreAllWarnings())
    return;
  report(engine.getCustomDiagID(isError ? DiagnosticsEngine::Error
                                        : DiagnosticsEngine::Warning,
                                "%0 [%1]"),
         finding.Message, finding.DiagnosticName);

  // A compiler shows edits of more than a line poorly, and makes none.
  unsigned note = engine.getCustomDiagID(DiagnosticsEngine::Note, "%0");
  unsigned fix = engine.getCustomDiagID(DiagnosticsEngine::Note,
                                        "fix by 'heddle fix%1': %0");
  for (const tooling::DiagnosticMessage &each : finding.Notes)
    if (each.Fix.empty())
      report(note, each, "");
  if (!finding.Message.Fix.empty())
    engine.Report(fix) << "safe" << "";
  for (const tooling::DiagnosticMessage &each : finding.Notes)
    if (!each.Fix.empty())
      engine.Report(fix) << each.Message << " --unsafe";
}

void Emitter::emit(const Configuration::Mistake &mistake) {
  unsigned id = engine.getCustomDiagID(DiagnosticsEngine::Error, "%0");
  engine.Report(locate(mistake.where.file, mistake.where.offset), id)
      << mistake.text;
}

} // namespace heddle::tool
