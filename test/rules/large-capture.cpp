// RUN: %check_rule %s large-capture

#include "heddle/heddle.h"

#include <array>
#include <cstddef>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct Request {
  int user = 0;
  std::vector<char> body;
  std::map<std::string, std::string> headers;
};

struct Frame {
  int width = 0, height = 0;
  char pixels[4096];
};

struct Point {
  double x = 0, y = 0;
};

void log(int user, std::size_t size);
void store(const Request &request);
void parse(const std::vector<char> &body);

void copyBad(const Request &request) {
  heddle::spawn([request] { log(request.user, request.body.size()); });
  // CHECK-MESSAGES: :[[@LINE-1]]:18: warning: the task keeps all of 'request', but reads only 'user', 'body.size()'
}
// CHECK-FIXES-LABEL: void copyBad(const Request &request) {
// CHECK-FIXES-NEXT: {{^}}  heddle::spawn([user = request.user, size = request.body.size()] {
// CHECK-FIXES-NEXT: {{^}}    log(user, size);
// CHECK-FIXES-NEXT: {{^}}  });
// CHECK-FIXES-NEXT: {{^}}}

void copyOk(const Request &request) {
  heddle::spawn([user = request.user, size = request.body.size()] {
    log(user, size);
  });
}

void moveBad(Request request) {
  heddle::spawn([request = std::move(request)] { log(request.user, 0); });
  // CHECK-MESSAGES: :[[@LINE-1]]:18: warning: the task keeps all of 'request', but reads only 'user'
}
// CHECK-FIXES-LABEL: void moveBad(Request request) {
// CHECK-FIXES-NEXT: {{^}}  heddle::spawn([user = request.user] { log(user, 0); });
// CHECK-FIXES-NEXT: {{^}}}

void sharedBad(std::shared_ptr<Request> request) {
  heddle::spawn([request] { log(request->user, request->body.size()); });
  // CHECK-MESSAGES: :[[@LINE-1]]:18: warning: the task keeps all of 'request', but reads only 'user', 'body.size()'
}
// CHECK-REVIEW-LABEL: void sharedBad(std::shared_ptr<Request> request) {
// CHECK-REVIEW-NEXT: {{^}}  heddle::spawn([user = request->user, size = request->body.size()] {
// CHECK-REVIEW-NEXT: {{^}}    log(user, size);
// CHECK-REVIEW-NEXT: {{^}}  });
// CHECK-REVIEW-NEXT: {{^}}}

void bytesBad(const Frame &frame, heddle::WaitGroup &group) {
  group.spawn([frame] {
  // CHECK-MESSAGES: :[[@LINE-1]]:16: warning: the task keeps all of 'frame', but reads only 'width', 'height'
    log(frame.width, 0);
    log(frame.height, 0);
  });
}
// CHECK-FIXES-LABEL: void bytesBad(const Frame &frame, heddle::WaitGroup &group) {
// CHECK-FIXES-NEXT: {{^}}  group.spawn([width = frame.width, height = frame.height] {
// CHECK-FIXES-NEXT: {{^}}    log(width, 0);
// CHECK-FIXES-NEXT: {{^}}    log(height, 0);
// CHECK-FIXES-NEXT: {{^}}  });
// CHECK-FIXES-NEXT: {{^}}}

void defaultCopyBad(Request request) {
  auto later = heddle::async([=] { return request.user; });
  // CHECK-MESSAGES: :[[@LINE-1]]:43: warning: the task keeps all of 'request', but reads only 'user'
}

template <class R> void genericBad(const R &request) {
  heddle::spawn([request] { log(request.user, 0); });
  // CHECK-MESSAGES: :[[@LINE-1]]:18: warning: the task keeps all of 'request', but reads only 'user'
}
// CHECK-FIXES-LABEL: template <class R> void genericBad(const R &request) {
// CHECK-FIXES-NEXT: {{^}}  heddle::spawn([user = request.user] { log(user, 0); });
// CHECK-FIXES-NEXT: {{^}}}

void instantiate(const Request &request) { genericBad(request); }

// All of it is used, or its large member.
void wholeOk(Request request) {
  heddle::spawn([request] { store(request); });
}

void bodyOk(Request request) {
  heddle::spawn([request] {
    log(request.user, 0);
    for (const auto &[name, value] : request.headers)
      log(int(value.size()), name.size());
    parse(request.body);
  });
}

// A reference copies nothing.
void referenceOk(const Request &request) {
  heddle::WaitGroup group;
  group.spawn([&request] { log(request.user, 0); });
  group.spawn([&request] { log(request.user, 1); });
  group.wait();
}

// Small.
void smallOk(Point point) {
  heddle::spawn([point] { log(int(point.x), 0); });
}

// Moved only to be freed elsewhere.
void unusedOk(Request request) {
  heddle::spawn([request = std::move(request)] {});
}

// Something is called so already: no fix.
void takenNameBad(const Request &request, int user) {
  heddle::spawn([request, user] { log(request.user, user); });
  // CHECK-MESSAGES: :[[@LINE-1]]:18: warning: the task keeps all of 'request', but reads only 'user'
}

void use(int value);
void use(const std::string &text);

struct Upload {
  std::array<char, 1024> block;
  std::unique_ptr<std::string> name;
  int codes[4];
  int &errors;
};

// What is moved in goes on being moved.
void movedPartBad(Upload upload) {
  heddle::spawn([upload = std::move(upload)] { use(*upload.name); });
  // CHECK-MESSAGES: :[[@LINE-1]]:18: warning: the task keeps all of 'upload', but reads only 'name'
}
// CHECK-FIXES-LABEL: void movedPartBad(Upload upload) {
// CHECK-FIXES-NEXT: {{^}}  heddle::spawn([name = std::move(upload.name)] { use(*name); });

// A copy of the pointer to an array, or of what a reference refers to, would be
// something else: no fix.
void arrayBad(Upload upload) {
  heddle::spawn([upload = std::move(upload)] { use(upload.codes[0]); });
  // CHECK-MESSAGES: :[[@LINE-1]]:18: warning: the task keeps all of 'upload', but reads only 'codes'
}
// CHECK-FIXES-LABEL: void arrayBad(Upload upload) {
// CHECK-FIXES-NEXT: {{^}}  heddle::spawn([upload = std::move(upload)] { use(upload.codes[0]); });

void referenceBad(Upload upload) {
  heddle::spawn([upload = std::move(upload)] { use(upload.errors); });
  // CHECK-MESSAGES: :[[@LINE-1]]:18: warning: the task keeps all of 'upload', but reads only 'errors'
}
// CHECK-FIXES-LABEL: void referenceBad(Upload upload) {
// CHECK-FIXES-NEXT: {{^}}  heddle::spawn([upload = std::move(upload)] { use(upload.errors); });
