#include "analysis/captures.h"

#include "llvm/ADT/STLExtras.h"

using namespace clang;
using namespace llvm;

namespace heddle::checks {

SmallVector<Capture, 4> captures(const LambdaExpr &lambda) {
  SmallVector<Capture, 4> found;
  for (auto [capture, value] : zip(lambda.captures(), lambda.capture_inits())) {
    Capture &one = found.emplace_back();
    one.implicit = capture.isImplicit();
    one.location = capture.getLocation();
    if (capture.capturesThis()) {
      one.kind = capture.getCaptureKind() == LCK_StarThis ? Capture::CopyOfThis
                                                          : Capture::This;
      continue;
    }
    one.kind = capture.getCaptureKind() == LCK_ByRef ? Capture::Reference
                                                     : Capture::Copy;
    if (!capture.capturesVariable())
      continue;
    one.variable = capture.getCapturedVar();
    if (lambda.isInitCapture(&capture))
      one.init = value;
  }
  return found;
}

} // namespace heddle::checks
