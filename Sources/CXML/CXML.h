#pragma once
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED   /* else its ICU headers clash with Foundation's: "not present in definition of 'enum UErrorCode'" */
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlreader.h>
#include <libxml/xpath.h>
#include <libxml/HTMLparser.h>
/* xmlFree is a mutable global, which Swift 6 mode refuses. */
static inline void jx_free(void *_Nullable p) { xmlFree(p); }
