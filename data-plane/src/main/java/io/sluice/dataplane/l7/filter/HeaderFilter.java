package io.sluice.dataplane.l7.filter;

import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;

/** Sets, adds and removes header fields of requests and responses. */
final class HeaderFilter implements HttpFilter {
    private final FieldEdits request;
    private final FieldEdits response;

    HeaderFilter(FieldEdits request, FieldEdits response) {
        this.request = request;
        this.response = response;
    }

    @Override
    public Verdict request(RequestHead head, Waiting waiting) {
        request.apply(head.fields());
        return Verdict.CONTINUE;
    }

    @Override
    public void response(ResponseHead head) {
        response.apply(head.fields());
    }
}
