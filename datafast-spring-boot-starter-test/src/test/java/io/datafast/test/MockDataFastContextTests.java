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

package io.datafast.test;

import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.TestContextManager;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for how a mock lives in the contexts of Spring's test framework.
 */
class MockDataFastContextTests {

	private final MockDataFastContextCustomizerFactory factory = new MockDataFastContextCustomizerFactory();

	@Test
	void sharesContextBetweenClassesOfSameConfiguration() {
		MockDataFast mockDataFast = mockOf(Annotated.class);
		assertThat(mockOf(Inheriting.class)).isSameAs(mockDataFast);
		assertThat(mockOf(MetaAnnotated.class)).isSameAs(mockDataFast);
	}

	@Test
	void givesEachContextMockOfItsOwn() {
		assertThat(mockOf(OtherContext.class)).isNotSameAs(mockOf(Annotated.class));
	}

	private static MockDataFast mockOf(Class<?> testClass) {
		return new TestContextManager(testClass).getTestContext().getApplicationContext().getBean(MockDataFast.class);
	}

	@Test
	void customizesAnnotatedClassesOnly() {
		ContextCustomizer customizer = this.factory.createContextCustomizer(Annotated.class, List.of());
		assertThat(customizer).isNotNull()
			.isEqualTo(this.factory.createContextCustomizer(Inheriting.class, List.of()))
			.hasSameHashCodeAs(this.factory.createContextCustomizer(MetaAnnotated.class, List.of()))
			.isNotEqualTo(new Object());
		assertThat(this.factory.createContextCustomizer(NotAnnotated.class, List.of())).isNull();
	}

	@Test
	void leavesContextOfOtherClassesUnloaded() throws Exception {
		TestContextManager manager = new TestContextManager(NotAnnotated.class);
		new MockDataFastContextCustomizerFactory.ResetListener().beforeTestMethod(manager.getTestContext());
		assertThat(manager.getTestContext().hasApplicationContext()).isFalse();
		assertThat(
				manager.getTestContext().getApplicationContext().getBeanProvider(MockDataFast.class).getIfAvailable())
			.isNull();
	}

	@Test
	void isRegisteredWithTestFramework() {
		assertThat(new TestContextManager(Annotated.class).getTestExecutionListeners())
			.hasAtLeastOneElementOfType(MockDataFastContextCustomizerFactory.ResetListener.class);
	}

	@Test
	void closesMockAfterBeansThatMaySendGoalsOnShutdown() throws Exception {
		AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
		context.register(SendingOnShutdown.class);
		MockDataFast mockDataFast = customize(context);
		context.refresh();
		context.close();
		assertThat(mockDataFast.getGoals("goodbye")).hasSize(1);
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> new TestClient(mockDataFast).send(TestClient.goal("signup")));
	}

	@Test
	void closesMockWhenContextFailsToStart() {
		GenericApplicationContext context = new GenericApplicationContext();
		MockDataFast mockDataFast = customize(context);
		context.registerBean("failing", Object.class, () -> {
			throw new IllegalStateException("failing");
		});
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(context::refresh);
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> new TestClient(mockDataFast).send(TestClient.goal("signup")));
	}

	private static MockDataFast customize(GenericApplicationContext context) {
		new MockDataFastContextCustomizerFactory.Customizer(false).customizeContext(context, null);
		return (MockDataFast) context.getBeanFactory().getSingleton("mockDataFast");
	}

	@ContextConfiguration(classes = Application.class)
	@AutoConfigureMockDataFast
	static class Annotated {

	}

	static class Inheriting extends Annotated {

	}

	@TestPropertySource(properties = "other=context")
	static class OtherContext extends Annotated {

	}

	@AutoConfigureMockDataFast
	@Retention(RetentionPolicy.RUNTIME)
	@interface ApplicationTest {

	}

	@ContextConfiguration(classes = Application.class)
	@ApplicationTest
	static class MetaAnnotated {

	}

	@ContextConfiguration(classes = Application.class)
	static class NotAnnotated {

	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	static class SendingOnShutdown {

		@Bean
		DisposableBean sender(MockDataFast mockDataFast) {
			return () -> new TestClient(mockDataFast).send(TestClient.goal("goodbye"));
		}

	}

}
