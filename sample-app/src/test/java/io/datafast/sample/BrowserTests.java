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

import io.datafast.sample.demo.InProcessDataFast;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.UseMainMethod;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.annotation.DirtiesContext.ClassMode;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The shop and its panel in Chromium. Each test starts with a panel that is empty.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, useMainMethod = UseMainMethod.ALWAYS,
		properties = "datafast.api-key=")
@DirtiesContext(classMode = ClassMode.BEFORE_EACH_TEST_METHOD)
@EnabledIf(value = "io.datafast.sample.Chromium#isAvailable", disabledReason = Chromium.MISSING)
class BrowserTests {

	@Autowired
	private InProcessDataFast dataFast;

	private Chromium browser;

	@BeforeEach
	void openShop(@LocalServerPort int port) {
		this.browser = new Chromium(port);
		this.browser.open(1280, "light");
	}

	@AfterEach
	void closeBrowser() {
		try (Chromium closing = this.browser) {
			assertThat(closing.consoleErrors()).isEmpty();
		}
	}

	@Test
	void formsMakeGoalsThatArrive() {
		this.browser.submit("Subscribe");
		this.browser.awaitText("#posts li", "Newsletter", "status 302", "arrived newsletter_signup", "1 attempt");
		this.browser.submit("Pay");
		this.browser.awaitText("#posts li", "Checkout", "status 302", "arrived checkout:completed");
		this.browser.submit("Confirm");
		this.browser.awaitText("#posts li", "Payment webhook", "status 204", "arrived payment");
		this.browser.awaitText("#received", "newsletter_signup", "source=page", "checkout:completed", "total=29",
				"payment", "plan=team");
		assertThat(this.browser.text("#summary")).startsWith("waiting 0 arrived 3 lost 0");
		assertThat(this.dataFast.getMock().getGoals()).extracting((goal) -> goal.visitorId())
			.hasSize(3)
			.containsOnly(this.dataFast.getMock().getGoals().get(0).visitorId());
	}

	@Test
	void formWithErrorsAndDeclinedCardMakeNoGoal() {
		this.browser.type("email", "ada");
		this.browser.submit("Subscribe");
		assertThat(this.browser.text("#newsletter")).contains("This is not an email address.",
				"The form has errors: there is no goal.");
		assertThat(this.browser.run("return document.activeElement.id")).isEqualTo("email");
		this.browser.awaitText("#posts li", "Newsletter", "status 200", "no goal");
		this.browser.select("card", "declined");
		this.browser.submit("Pay");
		assertThat(this.browser.text("#checkout")).contains("Card declined: there is no goal.");
		this.browser.awaitText("#posts li", "Checkout", "status 302", "no goal");
		this.browser.submit("Subscribe");
		this.browser.awaitText("#posts li", "arrived newsletter_signup");
		assertThat(this.dataFast.getMock().getRequests()).hasSize(1);
	}

	@Test
	void goalsWaitDuringAnOutageAndArriveAfterIt() {
		this.browser.submit("Subscribe");
		this.browser.awaitText("#posts li", "arrived newsletter_signup");
		this.browser.behave("Down");
		this.browser.submit("Pay");
		this.browser.awaitText("#posts li", "DataFast: down", "retrying checkout:completed",
				"last: connection refused");
		this.browser.submit("Subscribe");
		this.browser.awaitText("#posts li", "DataFast: down", "newsletter_signup");
		this.browser.submit("Subscribe");
		this.browser.awaitText("#summary", "waiting 3 arrived 1 lost 0");
		this.browser.behave("Answers");
		this.browser.awaitText("#summary", "waiting 0 arrived 4 lost 0");
		assertThat(this.browser.text("#summary-in-words")).isEqualTo("Goals: 0 waiting, 4 arrived, 0 lost.");
		assertThat(this.browser.text("#posts")).doesNotContain(" 0 attempts");
		assertThat(this.dataFast.getMock()).received("checkout:completed", 1).received("newsletter_signup", 2);
		assertThat(this.browser.text("#received")).contains("checkout:completed").contains("newsletter_signup");
	}

	@Test
	void goalsWaitAsLongAsDataFastAsks() {
		this.browser.behave("Rate limited");
		this.browser.submit("Subscribe");
		this.browser.awaitText("#posts li", "DataFast: rate limited", "newsletter_signup", "last: answered 429");
		this.browser.behave("Answers");
		this.browser.awaitText("#posts li", "arrived newsletter_signup");
		this.browser.awaitText("#summary", "waiting 0 arrived 1 lost 0");
	}

	@Test
	void goalOfAnUnknownVisitorGetsOneMoreAttempt() {
		this.browser.behave("Unknown visitor");
		this.browser.submit("Subscribe");
		this.browser.awaitText("#posts li", "DataFast: unknown visitor", "rejected newsletter_signup",
				"visitor not found, after 2 attempts");
		this.browser.awaitText("#summary", "waiting 0 arrived 0 lost 1");
	}

	@Test
	void theShopDoesNotWaitForASlowDataFast() {
		this.browser.submit("Subscribe");
		this.browser.behave("Slow");
		this.browser.submit("Pay");
		this.browser.awaitText("#posts li", "DataFast: slow", "arrived checkout:completed");
		assertThat(this.browser.text("#posts li .goal")).matches(".* after [3-9][.0-9]* s, 1 attempt");
		assertThat(this.browser.text("#posts li .post")).matches("Checkout [0-9]{1,3} ms .*");
	}

	@Test
	void thePanelIsOperatedByKeyboard() {
		WebElement down = this.browser.behaviourButton("Down");
		this.browser.press(Keys.TAB);
		this.browser.press(Keys.TAB);
		this.browser.press(Keys.TAB);
		assertThat(this.browser.run("return document.activeElement.value")).isEqualTo("DOWN");
		assertThat(this.browser.run("return getComputedStyle(document.activeElement).outlineWidth")).isEqualTo("3px");
		this.browser.press(Keys.ENTER);
		this.browser.awaitText("[aria-pressed=true]", "Down");
		assertThat(this.browser.run("return document.activeElement")).isEqualTo(down);
	}

	@ParameterizedTest
	@CsvSource({ "390, light", "390, dark", "1280, light", "1280, dark" })
	void thePageIsAccessibleAndFitsTheScreen(int width, String colorScheme) {
		this.browser.open(width, colorScheme);
		verifyPage(width);
		this.browser.submit("Pay");
		this.browser.awaitText("#posts li", "arrived");
		this.browser.behave("Unknown visitor");
		this.browser.submit("Subscribe");
		this.browser.awaitText("#posts li", "rejected");
		this.browser.behave("Down");
		this.browser.submit("Pay");
		this.browser.awaitText("#posts li", "retrying");
		this.browser.type("email", "ada");
		this.browser.submit("Subscribe");
		this.browser.awaitText("#posts li", "no goal");
		verifyPage(width);
		this.browser.behave("Answers");
		this.browser.awaitText("#summary", "waiting 0 arrived 2 lost 1");
		verifyPage(width);
	}

	private void verifyPage(int width) {
		assertThat(this.browser.layoutMistakes(width)).isEmpty();
		assertThat(this.browser.accessibilityViolations()).isEmpty();
	}

}
