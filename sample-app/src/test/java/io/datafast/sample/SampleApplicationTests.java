/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast.sample;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.datafast.sample.demo.InProcessDataFast;
import io.datafast.test.MockDataFast;
import io.datafast.test.ReceivedRequest;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.UseMainMethod;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The shop as it starts without an API key. With one call at a time goals arrive in
 * order, so that a goal which arrives shows that none is to come from before.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, useMainMethod = UseMainMethod.ALWAYS,
		properties = { "datafast.api-key=", "datafast.delivery.concurrency=1" })
class SampleApplicationTests {

	private static final String VISITOR = "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd";

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	@Autowired
	private InProcessDataFast inProcessDataFast;

	private MockDataFast dataFast;

	@Autowired
	private Payments payments;

	private Browser browser;

	@BeforeEach
	void setUp(@LocalServerPort int port) {
		this.dataFast = this.inProcessDataFast.getMock();
		this.dataFast.reset();
		this.payments.findPending().forEach((payment) -> this.payments.confirm(payment.id()));
		this.browser = new Browser(port);
	}

	@Test
	void newsletterSignupArrivesWithVisitorAndSource() {
		ResponseEntity<String> response = this.browser.as(VISITOR)
			.submit("/newsletter", Map.of("email", "ada@example.org", "source", "conference"));
		assertThat(response.getStatusCode()).isEqualTo(HttpStatus.FOUND);
		assertThat(response.getHeaders().getLocation()).hasQuery("notice=subscribed");
		assertThat(response.getHeaders().get(HttpHeaders.SET_COOKIE)).isNull();
		assertThat(this.dataFast).received("newsletter_signup")
			.forVisitor(VISITOR)
			.withMetadata(Map.of("source", "conference"))
			.once();
		assertThat(this.dataFast.getRequests()).singleElement()
			.extracting(ReceivedRequest::body)
			.isEqualTo("{\"datafast_visitor_id\":\"" + VISITOR
					+ "\",\"name\":\"newsletter_signup\",\"metadata\":{\"source\":\"conference\"}}");
	}

	@Test
	void pageAndEndpointShowWhatDataFastReceived() {
		String visitorId = "visitor-of-the-page";
		this.browser.as(visitorId).submit("/newsletter", Map.of("email", "ada@example.org", "source", "blog"));
		Awaitility.await()
			.atMost(TIMEOUT)
			.untilAsserted(() -> assertThat(this.browser.get("/goals")).contains("""
					"received":[{"goal":"newsletter_signup","visitor":"visitor-...","metadata":{"source":"blog"}}]""")
				.contains("""
						"outcome":"created\""""));
		assertThat(this.browser.get("/")).contains("<code>newsletter_signup</code>")
			.contains("<span>visitor visitor-...</span>")
			.contains("<span>source=blog</span>")
			.contains("<span class=\"badge created\">arrived</span>")
			.doesNotContain(visitorId)
			.doesNotContain("datafa.st");
	}

	@Test
	void hostileSourceIsEscapedOnPage() {
		this.browser.as(VISITOR).submit("/newsletter", Map.of("email", "ada@example.org", "source", "1 < 2 & \"3\""));
		assertThat(this.dataFast).received("newsletter_signup").withMetadata("source", "1 < 2 & \"3\"");
		assertThat(this.browser.get("/")).contains("source=1 &lt; 2 &amp; &quot;3&quot;");
	}

	@Test
	void thePageIssuesACookieThatItsFormsCarry() {
		ResponseEntity<String> response = this.browser.open("/");
		List<String> cookies = response.getHeaders().getOrDefault(HttpHeaders.SET_COOKIE, List.of());
		assertThat(cookies).singleElement().asString().startsWith("datafast_visitor_id=");
		String visitorId = cookies.get(0).replaceAll("^datafast_visitor_id=([^;]*).*", "$1");
		this.browser.as(visitorId).submit("/newsletter", Map.of("email", "ada@example.org", "source", "page"));
		assertThat(this.dataFast).received("newsletter_signup").forVisitor(visitorId);
	}

	@Test
	void formWithErrorsIsShownAgainAndIsNoGoal() {
		ResponseEntity<String> response = this.browser.as(VISITOR)
			.submit("/newsletter", Map.of("email", "<ada>", "source", "blog"));
		assertThat(response.getStatusCode()).isEqualTo(HttpStatus.OK);
		assertThat(response.getBody()).contains("This is not an email address.")
			.contains("value=\"&lt;ada&gt;\"")
			.contains("<option value=\"blog\" selected=\"selected\">");
		awaitEarlierGoals();
		assertThat(this.dataFast.getGoals()).hasSize(1);
	}

	@Test
	void paidCheckoutArrivesWithPlanAndTotal() {
		ResponseEntity<String> response = this.browser.as(VISITOR)
			.submit("/checkout", Map.of("plan", "team", "card", "accepted"));
		assertThat(response.getHeaders().getLocation()).hasQuery("notice=paid");
		assertThat(this.dataFast).received("checkout:completed")
			.forVisitor(VISITOR)
			.withMetadata(Map.of("plan", "team", "total", "29"))
			.once();
	}

	@Test
	void declinedCheckoutIsNoGoal() {
		ResponseEntity<String> response = this.browser.as(VISITOR)
			.submit("/checkout", Map.of("plan", "team", "card", "declined"));
		assertThat(response.getHeaders().getLocation()).hasQuery("notice=declined");
		assertThat(this.payments.findPending()).isEmpty();
		awaitEarlierGoals();
		assertThat(this.dataFast.getGoals()).hasSize(1);
	}

	@Test
	void unknownPlanIsBadRequest() {
		ResponseEntity<String> response = this.browser.as(VISITOR)
			.submit("/checkout", Map.of("plan", "<b>gold</b>", "card", "accepted"));
		assertThat(response.getStatusCode()).isEqualTo(HttpStatus.BAD_REQUEST);
		assertThat(response.getBody()).contains("400 Bad Request").doesNotContain("gold").doesNotContain("Exception");
		awaitEarlierGoals();
		assertThat(this.dataFast.getGoals()).hasSize(1);
	}

	@Test
	void webhookTracksForTheVisitorWhoHadPaidOnlyOnce() {
		this.browser.as(VISITOR).submit("/checkout", Map.of("plan", "enterprise", "card", "accepted"));
		String body = "{\"paymentId\":\"" + this.payments.findPending().get(0).id() + "\"}";
		for (int i = 0; i < 2; i++) {
			ResponseEntity<String> response = this.browser.post("/webhooks/payments", MediaType.APPLICATION_JSON, body);
			assertThat(response.getStatusCode()).isEqualTo(HttpStatus.NO_CONTENT);
		}
		awaitEarlierGoals();
		assertThat(this.dataFast).received("payment", 1)
			.received("payment")
			.forVisitor(VISITOR)
			.withMetadata(Map.of("plan", "enterprise"));
	}

	@Test
	void webhookForUnknownPaymentIsNoGoal() {
		for (String body : List.of("{\"paymentId\":\"unknown\"}", "{}")) {
			assertThat(this.browser.post("/webhooks/payments", MediaType.APPLICATION_JSON, body).getStatusCode())
				.isEqualTo(HttpStatus.NO_CONTENT);
		}
		awaitEarlierGoals();
		assertThat(this.dataFast.getGoals()).hasSize(1);
	}

	@Test
	void simulatedPaymentProviderCallsWebhook() {
		this.browser.as(VISITOR).submit("/checkout", Map.of("plan", "starter", "card", "accepted"));
		String paymentId = this.payments.findPending().get(0).id();
		assertThat(this.browser.get("/")).contains("name=\"paymentId\" value=\"" + paymentId + "\"");
		ResponseEntity<String> response = this.browser.as("somebody-else")
			.submit("/simulated-payment-provider", Map.of("paymentId", paymentId));
		assertThat(response.getHeaders().getLocation()).hasQuery("notice=confirmed");
		assertThat(this.dataFast).received("payment").forVisitor(VISITOR).withMetadata("plan", "starter").once();
	}

	private void awaitEarlierGoals() {
		this.browser.as("the-next-one").submit("/newsletter", Map.of("email", "ada@example.org", "source", "page"));
		assertThat(this.dataFast).received("newsletter_signup").forVisitor("the-next-one");
	}

}
