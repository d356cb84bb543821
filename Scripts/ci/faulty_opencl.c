// A libOpenCL.so.1 for tests: hands every call to the real library, which REAL_OPENCL names, but for the faults that the
// environment asks for. Nothing of the program knows of it.
//
//   cc -shared -fPIC -o FOLDER/libOpenCL.so.1 Scripts/ci/faulty_opencl.c -ldl
//   LD_LIBRARY_PATH=FOLDER REAL_OPENCL=/path/of/libOpenCL.so.1 OPENCL_FAULT=clEnqueueNDRangeKernel:500:-36 se-eval ...
//
// OPENCL_FAULT  FUNCTION:N:CODE[,...]   from its N-th call on a function fails with that code
// OPENCL_INFO   NUMBER=VALUE[,...]      what clGetDeviceInfo answers for a property, both in decimal
// OPENCL_LOG    what a failing build says
// OPENCL_COUNTS a file that is given the number of calls of each function at the end
//
// -DWITHOUT_FLUSH leaves clFlush out, as a library that is not OpenCL 1.2 would.
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// All arguments are integers or pointers, so that a function may be given more of them than it takes.
typedef intptr_t word;
typedef word (*function)(word, word, word, word, word, word, word, word, word, word, word, word);
#define PARAMETERS word a, word b, word c, word d, word e, word f, word g, word h, word i, word j, word k, word l
#define ARGUMENTS a, b, c, d, e, f, g, h, i, j, k, l

enum { most = 32 };
static struct {
  const char *name;
  long calls;
} counts[most];

static long count(const char *name) {
  for (int n = 0; n < most; n++) {
    if (!counts[n].name) counts[n].name = name;
    if (strcmp(counts[n].name, name) == 0) return ++counts[n].calls;
  }
  abort();
}

__attribute__((destructor)) static void tell(void) {
  const char *path = getenv("OPENCL_COUNTS");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (!file) return;
  for (int n = 0; n < most && counts[n].name; n++) fprintf(file, "%s %ld\n", counts[n].name, counts[n].calls);
  fclose(file);
}

static function real(const char *name) {
  static void *library;
  const char *path = getenv("REAL_OPENCL");
  if (!library && path) library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  function found = library ? (function)dlsym(library, name) : NULL;
  if (!found) {
    fprintf(stderr, "faulty_opencl: REAL_OPENCL has no %s\n", name);
    abort();
  }
  return found;
}

// The code of this call's fault, 0 where it has none.
static int fault(const char *name) {
  long calls = count(name);
  size_t length = strlen(name);
  for (const char *p = getenv("OPENCL_FAULT"); p && *p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL) {
    long first;
    int code;
    if (strncmp(p, name, length) == 0 && sscanf(p + length, ":%ld:%d", &first, &code) == 2 && calls >= first) return code;
  }
  return 0;
}

#define FORWARD(name)                                    \
  word name(PARAMETERS) {                                \
    int code = fault(#name);                             \
    return code ? code : real(#name)(ARGUMENTS);         \
  }
// A function that makes an object and puts its code where an argument points.
#define CREATE(name, error)                              \
  word name(PARAMETERS) {                                \
    int code = fault(#name);                             \
    if (!code) return real(#name)(ARGUMENTS);            \
    if (error) *(int32_t *)(error) = code;               \
    return 0;                                            \
  }

FORWARD(clGetPlatformIDs)
FORWARD(clGetDeviceIDs)
FORWARD(clGetPlatformInfo)
FORWARD(clReleaseContext)
FORWARD(clReleaseCommandQueue)
FORWARD(clReleaseMemObject)
FORWARD(clEnqueueReadBuffer)
FORWARD(clEnqueueWriteBuffer)
FORWARD(clEnqueueCopyBuffer)
FORWARD(clEnqueueFillBuffer)
FORWARD(clReleaseProgram)
FORWARD(clBuildProgram)
FORWARD(clReleaseKernel)
FORWARD(clSetKernelArg)
FORWARD(clEnqueueNDRangeKernel)
#ifndef WITHOUT_FLUSH
FORWARD(clFlush)
#endif
FORWARD(clFinish)
CREATE(clCreateContext, f)
CREATE(clCreateCommandQueue, d)
CREATE(clCreateBuffer, e)
CREATE(clCreateProgramWithSource, e)
CREATE(clCreateKernel, c)

word clGetDeviceInfo(PARAMETERS) {
  int code = fault("clGetDeviceInfo");
  if (code) return code;
  for (const char *p = getenv("OPENCL_INFO"); p && *p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL) {
    long name;
    unsigned long long value;
    if (sscanf(p, "%ld=%llu", &name, &value) == 2 && name == (long)(uint32_t)b && d && c >= 8) {
      memcpy((void *)d, &value, 8);
      return 0;
    }
  }
  return real("clGetDeviceInfo")(ARGUMENTS);
}

word clGetProgramBuildInfo(PARAMETERS) {
  int code = fault("clGetProgramBuildInfo");
  const char *log = getenv("OPENCL_LOG");
  if (code || !log) return code ? code : real("clGetProgramBuildInfo")(ARGUMENTS);
  size_t size = strlen(log) + 1;
  if (f) *(size_t *)f = size;
  if (e && (size_t)d >= size) memcpy((void *)e, log, size);
  return e && (size_t)d < size ? -30 : 0;
}
