// Package service is the customer service of the invented travel platform
// 拾程旅行, written for this project: conversations with labels, entity tables,
// entries, a guideline, a suite, a recipe, a flow and stories. It is files only;
// examples.Find("service") reads them.
package service
