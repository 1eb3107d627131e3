package io.sluice.dataplane.l7.filter;

import io.sluice.dataplane.l7.message.ResponseHead;

import java.util.List;

/** The filters of one route, in order. Immutable. */
public final class FilterChain {
    /** A chain without filters. */
    public static final FilterChain EMPTY = new FilterChain(List.of());

    private final HttpFilter[] filters;

    private FilterChain(List<HttpFilter> filters) {
        this.filters = filters.toArray(new HttpFilter[0]);
    }

    public static FilterChain of(List<HttpFilter> filters) {
        return filters.isEmpty() ? EMPTY : new FilterChain(filters);
    }

    public int size() {
        return filters.length;
    }

    public HttpFilter at(int index) {
        return filters[index];
    }

    /** Passes a response through all filters, last to first. */
    public void response(ResponseHead head) {
        for (int i = filters.length - 1; i >= 0; i--) {
            filters[i].response(head);
        }
    }
}
