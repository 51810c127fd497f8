#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *distance(PyObject *self, PyObject *args) {
    const char *a, *b;
    Py_ssize_t m, n;
    if (!PyArg_ParseTuple(args, "s#s#", &a, &m, &b, &n)) return NULL;
    int row[n + 1];
    for (Py_ssize_t j = 0; j <= n; j++) row[j] = j;
    for (Py_ssize_t i = 1; i <= m; i++) {
        int corner = row[0];
        row[0] = i;
        for (Py_ssize_t j = 1; j <= n; j++) {
            int above = row[j], best = corner + (a[i - 1] != b[j - 1]);
            if (above + 1 < best) best = above + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            corner = above;
            row[j] = best;
        }
    }
    return PyLong_FromLong(row[n]);
}

static PyMethodDef methods[] = {{"distance", distance, METH_VARARGS, ""}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_levenshtein", NULL, -1, methods};

PyMODINIT_FUNC PyInit__levenshtein(void) { return PyModule_Create(&module); }
